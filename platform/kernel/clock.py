"""The clock. Services take `now`; only the edges (views, tasks, commands) read it here."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    """The current time in UTC."""
    return dt.datetime.now(dt.UTC)


def end_of_day(day: dt.date, zone: str) -> dt.datetime:
    """The first instant after `day` in `zone`, in UTC: the half-open end of the day."""
    start_of_next = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(zone))
    return start_of_next.astimezone(dt.UTC)


def start_of_day(day: dt.date, zone: str) -> dt.datetime:
    """The first instant of `day` in `zone`, in UTC."""
    return dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)


def local_date(moment: dt.datetime, zone: str) -> dt.date:
    """The calendar day of `moment` in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()
