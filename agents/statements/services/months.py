"""Months of an owner's calendar, as half-open periods in UTC."""

from __future__ import annotations

import datetime as dt

from kernel import clock

# A transfer's moment is taken before its transaction ends, which a time-out bounds well below this.
SETTLES_AFTER = dt.timedelta(minutes=30)
# Months that a stopped clock may have left out.
CATCH_UP = 3


def over(zone: str, now: dt.datetime) -> list[dt.date]:
    """First days of the months of `zone` that are over, oldest first, the last `CATCH_UP` of them."""
    first = clock.local_date(now - SETTLES_AFTER, zone).replace(day=1)
    found = []
    for _number in range(CATCH_UP):
        first = (first - dt.timedelta(days=1)).replace(day=1)
        found.append(first)
    return found[::-1]


def period(month: dt.date, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """The first instant of the month in `zone`, and the first after it."""
    return clock.start_of_day(month, zone), clock.start_of_day(after(month), zone)


def after(month: dt.date) -> dt.date:
    """The first day of the next month."""
    return (month + dt.timedelta(days=32)).replace(day=1)


def before(month: dt.date) -> dt.date:
    """The first day of the month before."""
    return (month - dt.timedelta(days=1)).replace(day=1)
