"""Quiet hours by the customer's clock: over midnight, over the clock's jumps, and by the number's zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.quiet import is_quiet, next_allowed, zone_of

MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda n: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=n)
)
RIYADH, NEW_YORK = "Asia/Riyadh", "America/New_York"


def local(zone, text, fold=0):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def after(zone, text, start, end, fold=0):
    return next_allowed(local(zone, text, fold), zone, start=start, end=end).astimezone(ZoneInfo(zone))


@pytest.mark.parametrize(
    ("phone", "zone"),
    [("+966500000001", RIYADH), ("+971501234567", "Asia/Dubai"), ("+12025550123", NEW_YORK),
     ("+61412345678", "Europe/Paris"), ("+77012345678", "Europe/Paris"), ("nonsense", "Europe/Paris"),
     ("+999", "Europe/Paris"), ("", "Europe/Paris")],
)  # fmt: skip
def test_the_zone_is_the_numbers_where_it_has_one(phone, zone):
    assert zone_of(phone, otherwise="Europe/Paris") == zone


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [("2026-05-17 20:59", "2026-05-17 20:59"), ("2026-05-17 21:00", "2026-05-18 09:00"),
     ("2026-05-17 23:59", "2026-05-18 09:00"), ("2026-05-18 00:00", "2026-05-18 09:00"),
     ("2026-05-18 08:59", "2026-05-18 09:00"), ("2026-05-18 09:00", "2026-05-18 09:00")],
)  # fmt: skip
def test_a_window_over_midnight(moment, allowed):
    assert after(RIYADH, moment, 21, 9) == local(RIYADH, allowed)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [("2026-05-17 12:59", "2026-05-17 12:59"), ("2026-05-17 13:00", "2026-05-17 16:00"),
     ("2026-05-17 15:59", "2026-05-17 16:00"), ("2026-05-17 16:00", "2026-05-17 16:00")],
)  # fmt: skip
def test_a_window_within_a_day(moment, allowed):
    assert after(RIYADH, moment, 13, 16) == local(RIYADH, allowed)


def test_the_same_hour_twice_is_never_quiet():
    assert after(RIYADH, "2026-05-17 09:30", 9, 9) == local(RIYADH, "2026-05-17 09:30")


def test_where_the_clock_jumps_over_the_end_quiet_ends_with_the_jump():
    # New York, 8 March 2026: 02:00 is 03:00.
    assert after(NEW_YORK, "2026-03-08 01:30", 22, 2) == local(NEW_YORK, "2026-03-08 03:00")
    assert after(NEW_YORK, "2026-03-07 23:00", 22, 2).isoformat() == "2026-03-08T03:00:00-04:00"


def test_where_an_hour_comes_twice_the_first_end_counts():
    # New York, 1 November 2026: 01:00 to 02:00 comes twice.
    assert after(NEW_YORK, "2026-11-01 00:30", 22, 1).isoformat() == "2026-11-01T01:00:00-04:00"
    assert after(NEW_YORK, "2026-11-01 01:30", 22, 1, fold=1).isoformat() == "2026-11-01T01:30:00-05:00"


def test_midnight_as_an_end():
    assert after(RIYADH, "2026-05-17 23:00", 22, 0) == local(RIYADH, "2026-05-18 00:00")


@given(
    MOMENTS,
    st.sampled_from([RIYADH, NEW_YORK, "Europe/London", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"]),
    st.integers(0, 23), st.integers(0, 23),
)  # fmt: skip
def test_the_answer_is_never_quiet_never_earlier_and_within_a_day(moment, zone, start, end):
    found = next_allowed(moment, zone, start=start, end=end)

    hour = found.astimezone(ZoneInfo(zone)).hour
    assert start == end or not is_quiet(hour, start=start, end=end)
    assert moment <= found <= moment + dt.timedelta(hours=25)
    assert next_allowed(found, zone, start=start, end=end) == found
