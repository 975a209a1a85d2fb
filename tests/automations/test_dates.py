"""Birthdays: 29 February, the turn of the year, days before and after, and those who were left over."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.automations import dates
from messaging.automations.dates import Target, birthday_in, birthdays_due, targets_on

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2070, 1, 1))


def keys(today, **asked):
    return {
        (target.month, target.day): target.key
        for target in birthdays_due(today, **{"before": None, "after": None, **asked})
    }


@pytest.mark.parametrize(
    ("year", "kept"),
    [
        (2027, dt.date(2027, 2, 28)),
        (2028, dt.date(2028, 2, 29)),
        (2100, dt.date(2100, 2, 28)),
        (2000, dt.date(2000, 2, 29)),
    ],
)
def test_the_29th_of_february_is_kept_on_the_28th_in_common_years(year, kept):
    assert birthday_in(year, month=2, day=29) == kept


def test_the_28th_of_a_common_year_is_for_both():
    assert targets_on(dt.date(2027, 2, 28)) == [Target(2, 28, 2027), Target(2, 29, 2027)]
    assert targets_on(dt.date(2028, 2, 28)) == [Target(2, 28, 2028)]
    assert targets_on(dt.date(2028, 2, 29)) == [Target(2, 29, 2028)]


def test_on_the_day_means_that_day_only():
    assert keys(dt.date(2026, 5, 17), before=0) == {(5, 17): "birthday:2026"}


def test_days_before_reach_from_then_until_the_day():
    found = keys(dt.date(2026, 5, 14), before=3)

    assert found == {(5, day): "birthday:2026" for day in (14, 15, 16, 17)}


def test_before_the_turn_of_the_year_it_is_the_next_years_birthday():
    assert keys(dt.date(2026, 12, 30), before=3) == {
        (12, 30): "birthday:2026", (12, 31): "birthday:2026", (1, 1): "birthday:2027", (1, 2): "birthday:2027",
    }  # fmt: skip


def test_after_the_turn_of_the_year_it_is_last_years():
    found = keys(dt.date(2027, 1, 2), after=2)

    assert found[(12, 31)] == "birthday:2026"
    assert (1, 1) not in found
    assert min(found) == (12, 25)


def test_before_and_after_are_one_occasion():
    found = birthdays_due(dt.date(2026, 5, 17), before=1, after=1)

    assert len({(target.month, target.day) for target in found}) == len(found)


def test_days_before_the_29th_of_february_count_from_the_day_it_is_kept():
    assert (2, 29) in keys(dt.date(2027, 2, 25), before=3)
    assert (2, 29) not in keys(dt.date(2027, 2, 24), before=3)
    assert (2, 29) in keys(dt.date(2028, 2, 26), before=3)
    assert (2, 29) not in keys(dt.date(2028, 2, 25), before=3)
    assert (2, 29) not in keys(dt.date(2027, 3, 1), before=0)


def test_neither_before_nor_after_is_never():
    assert birthdays_due(dt.date(2026, 5, 17), before=None, after=None) == []


def test_too_far_is_refused():
    with pytest.raises(ValueError):
        birthdays_due(dt.date(2026, 5, 17), before=dates.FURTHEST + 1, after=None)


@given(DAYS, st.integers(0, dates.FURTHEST))
def test_everybody_has_one_birthday_a_year_and_is_due_on_exactly_one_first_day(birth, before):
    """Walking through two years day by day, each birthday becomes due once for the first time, `before` days ahead."""
    for year in (2027, 2028):
        kept = birthday_in(year, month=birth.month, day=birth.day)
        first = kept - dt.timedelta(days=before)
        target = Target(birth.month, birth.day, year)
        assert target in birthdays_due(first, before=before, after=None)
        assert target not in birthdays_due(first - dt.timedelta(days=1), before=before, after=None)
        assert target in birthdays_due(kept, before=before, after=None)
        assert target not in birthdays_due(kept + dt.timedelta(days=1), before=before, after=None)


@given(
    st.dates(dt.date(2020, 1, 1), dt.date(2070, 1, 1)), st.integers(0, 60) | st.none(), st.integers(1, 60) | st.none()
)
def test_nobody_is_due_for_two_years_at_once(today, before, after):
    found = birthdays_due(today, before=before, after=after)

    assert len({(target.month, target.day) for target in found}) == len(found)


def test_looking_ahead_is_the_union_of_the_days():
    today = dt.date(2026, 12, 20)
    union = {target for n in range(31) for target in birthdays_due(today + dt.timedelta(days=n), before=3, after=None)}

    assert set(birthdays_due(today, before=3, after=None, ahead=30)) == union
