"""Birthdays as calendar days. Pure: the caller says what day it is where the merchant is."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

# Whoever was left over (the day's cap, a pause, an outage) is still greeted within these days after the day asked.
LATE = 6
FURTHEST = 60


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A day of the year on which somebody may have a birthday, and the year of that birthday."""

    month: int
    day: int
    year: int

    @property
    def key(self) -> str:
        """The occasion: one birthday of one year, however often and whenever it is looked at."""
        return f"birthday:{self.year}"

    @property
    def date(self) -> dt.date:
        """The day on which it is kept."""
        return birthday_in(self.year, month=self.month, day=self.day)


def birthday_in(year: int, *, month: int, day: int) -> dt.date:
    """The day on which a birthday is kept in `year`: 29 February on the 28th where there is no 29th."""
    if (month, day) == (2, 29) and not calendar.isleap(year):
        day = 28
    return dt.date(year, month, day)


def targets_on(date: dt.date) -> list[Target]:
    """The birthdays that are kept on `date`: its own, and on 28 February of a common year those of the 29th."""
    found = [Target(date.month, date.day, date.year)]
    if (date.month, date.day) == (2, 28) and not calendar.isleap(date.year):
        found.append(Target(2, 29, date.year))
    return found


def birthdays_due(today: dt.date, *, before: int | None, after: int | None, ahead: int = 0) -> list[Target]:
    """Birthdays for which a greeting is due on `today`, or becomes due within `ahead` days.

    `before`: from so many days before the birthday until the day itself (0: on the day). `after`: from so many days
    after it, for LATE more days. One key a year makes both of them one greeting. Raises ValueError for more than
    FURTHEST days, because a birthday and the next year's may not be due together.
    """
    if max(before or 0, after or 0) > FURTHEST:
        raise ValueError("too far from the birthday")
    days: set[dt.date] = set()
    if before is not None:
        days.update(today + dt.timedelta(days=n) for n in range(before + ahead + 1))
    if after is not None:
        days.update(today + dt.timedelta(days=n - after) for n in range(-LATE, ahead + 1))
    return sorted({target for day in days for target in targets_on(day)})
