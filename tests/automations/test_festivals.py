"""Festivals by country: what falls when, twice or never in a year, and where the tables end."""

from __future__ import annotations

import datetime as dt

import pytest

from messaging import festivals
from messaging.festivals import FIRST, HORIZON, LAST, OutOfTables, list_festivals, occurrences


def on(country, year):
    return occurrences(country, start=dt.date(year, 1, 1), end=dt.date(year + 1, 1, 1))


def days(country, year, code):
    return [one.day for one in on(country, year) if one.festival.code == code]


@pytest.mark.parametrize(
    ("code", "year", "day"),
    [
        ("ramadan", 2026, "2026-02-18"), ("eid_al_fitr", 2026, "2026-03-20"), ("eid_al_adha", 2026, "2026-05-27"),
        ("hijri_new_year", 2026, "2026-06-16"), ("mawlid", 2026, "2026-08-25"), ("eid_al_fitr", 2027, "2027-03-09"),
        ("ramadan", 2025, "2025-03-01"), ("eid_al_adha", 2025, "2025-06-06"), ("national_day_sa", 2026, "2026-09-23"),
        ("mothers_day_march", 2026, "2026-03-21"), ("founding_day_sa", 2027, "2027-02-22"),
    ],
)  # fmt: skip
def test_in_saudi_arabia(code, year, day):
    assert days("SA", year, code) == [dt.date.fromisoformat(day)]


@pytest.mark.parametrize(
    ("code", "year", "day"),
    [
        ("chinese_new_year", 2026, "2026-02-17"), ("chinese_new_year", 2027, "2027-02-06"),
        ("chinese_new_year", 2024, "2024-02-10"), ("deepavali", 2026, "2026-11-08"), ("deepavali", 2025, "2025-10-20"),
        ("deepavali", 2024, "2024-10-31"), ("mothers_day_may", 2026, "2026-05-10"), ("mothers_day_may", 2027, "2027-05-09"),
        ("national_day_my", 2026, "2026-08-31"), ("christmas", 2026, "2026-12-25"),
    ],
)  # fmt: skip
def test_in_malaysia(code, year, day):
    assert days("MY", year, code) == [dt.date.fromisoformat(day)]


def test_each_country_has_its_own():
    codes = {country: {one.code for one in festivals.list_festivals(country)} for country in ("SA", "AE", "MY")}

    assert "national_day_sa" not in codes["AE"]
    assert "national_day_ae" in codes["AE"]
    assert "chinese_new_year" not in codes["SA"]
    assert all("eid_al_fitr" in found for found in codes.values())
    assert all(len(found) >= 10 for found in codes.values())


def test_one_year_may_hold_a_hijri_festival_twice_and_they_are_two_occasions():
    twice = [one for one in on("SA", 2030) if one.festival.code == "ramadan"]

    assert [one.day for one in twice] == [dt.date(2030, 1, 5), dt.date(2030, 12, 26)]
    assert [one.key for one in twice] == ["festival:ramadan:1451", "festival:ramadan:1452"]


def test_every_hijri_year_has_each_festival_once_in_leap_years_too():
    found = occurrences("SA", start=FIRST, end=LAST)
    for code in ("ramadan", "eid_al_fitr", "eid_al_adha", "hijri_new_year", "mawlid"):
        labels = [one.label for one in found if one.festival.code == code]
        assert labels == list(range(labels[0], labels[0] + len(labels))), code
        gaps = {
            b - a
            for a, b in zip(
                *[[one.day for one in found if one.festival.code == code][n:] for n in (0, 1)], strict=False
            )
        }
        assert {gap.days for gap in gaps} <= {353, 354, 355, 356}, code


def test_lunar_festivals_fall_once_in_every_year_that_the_tables_cover():
    for year in range(FIRST.year, LAST.year):
        assert len(days("MY", year, "chinese_new_year")) == 1, year
        assert len(days("MY", year, "deepavali")) == 1, year


@pytest.mark.parametrize(
    ("start", "end"),
    [(FIRST - dt.timedelta(days=1), dt.date(2026, 1, 1)), (dt.date(2026, 1, 1), LAST + dt.timedelta(days=1))],
)
def test_beyond_the_tables_it_says_so(start, end):
    with pytest.raises(OutOfTables, match="2077"):
        occurrences("SA", start=start, end=end)


def test_the_end_is_not_part_of_the_range():
    day = dt.date(2026, 9, 23)

    assert [
        o for o in occurrences("SA", start=day, end=day + dt.timedelta(days=1)) if o.festival.code == "national_day_sa"
    ]
    assert not [
        o for o in occurrences("SA", start=dt.date(2026, 9, 1), end=day) if o.festival.code == "national_day_sa"
    ]


@pytest.mark.parametrize("country", ["SA", "MY"])
def test_so_far_ahead_each_comes_once_from_any_day(country):
    known = {festival.code for festival in list_festivals(country)}
    for days in range(0, 3000, 5):
        today = dt.date(2026, 1, 1) + dt.timedelta(days=days)
        assert {one.festival.code for one in occurrences(country, start=today, end=today + HORIZON)} == known


def test_codes_are_unique_and_both_names_are_there():
    assert len(festivals.BY_CODE) == len(festivals.FESTIVALS)
    for one in festivals.FESTIVALS:
        assert one.name("en")
        assert one.name("ar") != one.name("en")
