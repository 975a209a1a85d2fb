"""Festivals for which merchants write, by country, as calendar days.

Fixed days are fixed here. Days of the Hijri calendar come from the Umm al-Qura tables of `hijridate` (AH 1343 to 1500);
Chinese New Year and Deepavali from `holidays`, by Singapore's public holidays. Where a country goes by the sight of the
moon the day may differ by one: such festivals say so (`may_shift`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from hijridate import Gregorian, Hijri
from holidays import country_holidays

# What every table covers, with a month to spare at each end.
FIRST, LAST = dt.date(2001, 1, 1), dt.date(2077, 10, 1)
# So far ahead each comes at least once: between two by the moon there may be thirteen months.
HORIZON = dt.timedelta(days=385)
HIJRI, CHINESE, HINDU, SUNDAY, FIXED = "hijri", "chinese", "hindu", "sunday", "fixed"


class OutOfTables(ValueError):
    """Asked for days that the tables do not cover."""


@dataclass(frozen=True, slots=True)
class Festival:
    """`countries` empty: everywhere. `month` and `day` are of `calendar`; for `sunday`, `day` is which one it is.

    `wish_en` and `wish_ar`: how a greeting names it ("warm wishes for …"), where that is not its name.
    """

    code: str
    name_en: str
    name_ar: str
    calendar: str
    month: int = 0
    day: int = 0
    countries: frozenset[str] = frozenset()
    wish_en: str = ""
    wish_ar: str = ""

    @property
    def may_shift(self) -> bool:
        return self.calendar == HIJRI

    def name(self, language: str) -> str:
        return self.name_ar if language == "ar" else self.name_en

    def wish(self, language: str) -> str:
        """Its name as it stands within a greeting."""
        return (self.wish_ar if language == "ar" else self.wish_en) or self.name(language)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A festival on a day. `label` is the year of its own calendar: one Gregorian year may hold two Hijri ones."""

    festival: Festival
    day: dt.date
    label: int

    @property
    def key(self) -> str:
        return f"festival:{self.festival.code}:{self.label}"


def _of(*countries: str) -> frozenset[str]:
    return frozenset(countries)


_ARAB = _of("SA", "AE", "KW", "QA", "BH", "OM", "JO", "EG", "LB", "IQ", "PS", "SY", "YE", "LY", "SD", "MA", "TN", "DZ")
_CHRISTMAS = _of("AE", "MY", "SG", "EG", "JO", "LB", "SY", "PS", "IQ", "IN", "GB", "US")
FESTIVALS: tuple[Festival, ...] = (
    Festival(
        "ramadan", "Ramadan begins", "بداية رمضان", HIJRI, 9, 1, wish_en="Ramadan", wish_ar="حلول شهر رمضان المبارك"
    ),
    Festival("eid_al_fitr", "Eid al-Fitr", "عيد الفطر", HIJRI, 10, 1, wish_ar="عيد الفطر المبارك"),
    Festival("eid_al_adha", "Eid al-Adha", "عيد الأضحى", HIJRI, 12, 10, wish_ar="عيد الأضحى المبارك"),
    Festival("hijri_new_year", "Hijri New Year", "رأس السنة الهجرية", HIJRI, 1, 1, wish_en="the Hijri New Year"),
    Festival(
        "mawlid",
        "Birthday of the Prophet",
        "المولد النبوي",
        HIJRI,
        3,
        12,
        wish_en="the Prophet's birthday",
        wish_ar="المولد النبوي الشريف",
    ),
    Festival("new_year", "New Year", "رأس السنة الميلادية", FIXED, 1, 1, wish_en="the New Year"),
    Festival("valentines", "Valentine's Day", "عيد الحب", FIXED, 2, 14),
    Festival("mothers_day_march", "Mother's Day", "عيد الأم", FIXED, 3, 21, _ARAB),
    Festival("mothers_day_may", "Mother's Day", "عيد الأم", SUNDAY, 5, 2, _of("MY", "SG", "IN", "US")),
    Festival("chinese_new_year", "Chinese New Year", "رأس السنة الصينية", CHINESE, countries=_of("MY", "SG")),
    Festival("deepavali", "Deepavali", "ديوالي", HINDU, countries=_of("MY", "SG", "IN", "AE")),
    Festival("christmas", "Christmas", "عيد الميلاد المجيد", FIXED, 12, 25, _CHRISTMAS),
    Festival("founding_day_sa", "Saudi Founding Day", "يوم التأسيس السعودي", FIXED, 2, 22, _of("SA")),
    Festival("national_day_sa", "Saudi National Day", "اليوم الوطني السعودي", FIXED, 9, 23, _of("SA")),
    Festival("national_day_ae", "UAE National Day", "اليوم الوطني الإماراتي", FIXED, 12, 2, _of("AE")),
    Festival("national_day_my", "Malaysian Independence Day", "يوم استقلال ماليزيا", FIXED, 8, 31, _of("MY")),
    Festival("malaysia_day", "Malaysia Day", "يوم ماليزيا", FIXED, 9, 16, _of("MY")),
    Festival("national_day_kw", "Kuwait National Day", "اليوم الوطني الكويتي", FIXED, 2, 25, _of("KW")),
    Festival("national_day_qa", "Qatar National Day", "اليوم الوطني القطري", FIXED, 12, 18, _of("QA")),
    Festival("national_day_bh", "Bahrain National Day", "اليوم الوطني البحريني", FIXED, 12, 16, _of("BH")),
    Festival("national_day_om", "Oman National Day", "اليوم الوطني العُماني", FIXED, 11, 20, _of("OM")),
    Festival("national_day_jo", "Jordan Independence Day", "عيد استقلال الأردن", FIXED, 5, 25, _of("JO")),
    Festival("national_day_eg", "Egypt Revolution Day", "عيد ثورة 23 يوليو", FIXED, 7, 23, _of("EG")),
)
BY_CODE = {festival.code: festival for festival in FESTIVALS}


def list_festivals(country: str) -> list[Festival]:
    """The festivals that a merchant in `country` (ISO code) can switch on."""
    return [one for one in FESTIVALS if not one.countries or country in one.countries]


def occurrences(country: str, *, start: dt.date, end: dt.date) -> list[Occurrence]:
    """The festivals of `country` from `start` until before `end`, by day. Raises OutOfTables beyond FIRST and LAST."""
    if start < FIRST or end > LAST:
        raise OutOfTables(f"festivals are known from {FIRST} to {LAST}")
    found = [
        Occurrence(festival, day, label)
        for festival in list_festivals(country)
        for day, label in _days(festival, start, end)
        if start <= day < end
    ]
    return sorted(found, key=lambda one: (one.day, one.festival.code))


def _days(festival: Festival, start: dt.date, end: dt.date) -> Iterator[tuple[dt.date, int]]:
    if festival.calendar == HIJRI:
        first, last = (Gregorian(day.year, day.month, day.day).to_hijri().year for day in (start, end))
        for year in range(first, last + 1):
            yield _plain(Hijri(year, festival.month, festival.day).to_gregorian()), year
        return
    for year in range(start.year, end.year + 1):
        if festival.calendar == FIXED:
            yield dt.date(year, festival.month, festival.day), year
        elif festival.calendar == SUNDAY:
            yield _sunday(year, festival.month, festival.day), year
        else:
            day = _lunar(year).get(festival.calendar)
            if day:
                yield day, year


def _plain(day: dt.date) -> dt.date:
    return dt.date(day.year, day.month, day.day)


def _sunday(year: int, month: int, which: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))


_NAMES = {"Chinese New Year": CHINESE, "Deepavali": HINDU}


@lru_cache(maxsize=200)
def _lunar(year: int) -> dict[str, dt.date]:
    """The first day of each lunar festival in a year; absent where the table has none."""
    found: dict[str, dt.date] = {}
    table = country_holidays("SG", years=year, observed=False, language="en_SG")
    for day in sorted(table):
        for name in table.get_list(day):
            calendar = _NAMES.get(name.removesuffix(" (estimated)"))
            if calendar and day.year == year:
                found.setdefault(calendar, day)
    return found
