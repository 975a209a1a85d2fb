"""Sentences about a batch that paper, pages and tills say alike: what one gets, until when, on which days."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from merchants.models import Batch
from ui.text import minor_digits, thousands

LANGUAGES = ("en", "ar")
EVERY_DAY = 127


def offer(thing: Any, currency: str, language: str = "") -> str:
    """What the customer gets, in big letters: `20% off`, `SAR 15 off`, `Free coffee`. Of a batch or a plan."""
    with translation.override(language or translation.get_language()):
        if thing.offer_kind == Batch.OfferKind.PERCENTAGE:
            return _("%(percent)s%% off") % {"percent": thing.offer_percent or 0}
        if thing.offer_kind == Batch.OfferKind.AMOUNT:
            return _("%(amount)s off") % {"amount": _short_money(thing.offer_amount or 0, currency)}
        arabic = thing.offer_text_ar if (translation.get_language() or "").startswith("ar") else ""
        return str(arabic or thing.offer_text_en)


def _short_money(minor: int, currency: str) -> str:
    """An amount without `.00`: it stands in large type."""
    digits = minor_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    return f"{currency} {thousands(whole)}" + (f".{rest:0{digits}d}" if rest else "")


def last_day(end: dt.datetime, zone: str) -> dt.date:
    """The last day before an exclusive end, as the merchant's calendar has it."""
    return (end - dt.timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def expiry(thing: Any, zone: str, language: str = "") -> str:
    """Until when, as it stands on the coupon."""
    with translation.override(language or translation.get_language()):
        until = date_format(last_day(thing.claim_until, zone), "j F Y")
        if thing.use_days is not None:
            return ngettext(
                "Get it until %(day)s, use it within %(count)s day",
                "Get it until %(day)s, use it within %(count)s days",
                thing.use_days,
            ) % {"day": until, "count": thing.use_days}  # fmt: skip
        if thing.use_until:
            until = date_format(last_day(thing.use_until, zone), "j F Y")
        return _("Valid until %(day)s") % {"day": until}


def days(mask: int) -> str:
    """The weekdays of a bit mask, Monday 1 … Sunday 64: `Every day`, or their names."""
    if mask == EVERY_DAY:
        return _("Every day")
    return _(", ").join(str(WEEKDAYS[day]) for day in range(7) if mask >> day & 1)


def hours(start: int, end: int) -> str:
    """Minutes after midnight as `09:00 – 17:30`, or `All day`."""
    if (start, end) == (0, 1440):
        return _("All day")
    return f"{start // 60:02}:{start % 60:02} – {end // 60:02}:{end % 60:02}"


def on_paper(thing: Any, merchant: Any, currency: str) -> dict[str, dict[str, str]]:
    """The words of each kind of text on a coupon's face, in both languages."""
    return {
        "offer": {language: offer(thing, currency, language) for language in LANGUAGES},
        "title": {"en": thing.title_en, "ar": thing.title_ar},
        "terms": {"en": thing.terms_en, "ar": thing.terms_ar},
        "merchant": {"en": merchant.brand_name, "ar": merchant.brand_name_ar},
        "expiry": {language: expiry(thing, merchant.time_zone, language) for language in LANGUAGES},
    }
