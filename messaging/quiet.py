"""Quiet hours: when a customer is not to be disturbed, by the clock where the customer is.

From and to are whole hours of the local clock, half-open: 21 to 9 is quiet from 21:00 until before 09:00. The same hour
twice: never quiet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone


@dataclass(frozen=True, slots=True)
class Hours:
    """The quiet hours of one customer: `start` and `end` on the clock of `zone`."""

    zone: str
    start: int
    end: int

    def next_allowed(self, moment: dt.datetime) -> dt.datetime:
        """As the function of this name."""
        return next_allowed(moment, self.zone, start=self.start, end=self.end)


def zone_of(phone: str, *, otherwise: str) -> str:
    """The time zone of a number (E.164) that belongs to one only; `otherwise` for the rest."""
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return otherwise
    if len(zones) != 1 or zones[0] == timezone.UNKNOWN_TIMEZONE:
        return otherwise
    try:
        ZoneInfo(zones[0])
    except (ZoneInfoNotFoundError, ValueError):
        return otherwise
    return str(zones[0])


def is_quiet(hour: int, *, start: int, end: int) -> bool:
    """Whether an hour of the local clock is a quiet one."""
    return start <= hour < end if start <= end else hour >= start or hour < end


def next_allowed(moment: dt.datetime, zone: str, *, start: int, end: int) -> dt.datetime:
    """The first moment from `moment` on that is not quiet, in UTC: `moment` itself, or the end of the quiet hours.

    Where the clock jumps over the end of the quiet hours, they end with the jump; where it shows an hour twice, the
    first of both counts.
    """
    if start == end:
        return moment.astimezone(dt.UTC)
    local = moment.astimezone(ZoneInfo(zone))
    if not is_quiet(local.hour, start=start, end=end):
        return moment.astimezone(dt.UTC)
    day = local.date() if local.hour < end else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(end), ZoneInfo(zone)).astimezone(dt.UTC)
