"""Offers said in words: the big line of a card, when it ends, when it may be used."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from merchants import words as merchant_words
from merchants.models import Batch

SOON = dt.timedelta(days=14)
# An amount with its currency, or a percentage, inside a sentence.
_FIGURE = re.compile(r"(?:[A-Z]{3} )?[\d,.]+[%٪]?")
CATEGORY_ICONS = {
    "food": "utensils", "coffee": "coffee", "fashion": "shirt", "beauty": "scissors", "health": "heart-pulse",
    "fitness": "dumbbell", "electronics": "smartphone", "home": "sofa", "grocery": "shopping-basket",
    "kids": "baby", "travel": "plane", "fun": "ticket", "education": "graduation-cap", "cars": "car", "gifts": "gift",
    "services": "wrench",
}  # fmt: skip


def language() -> str:
    return (get_language() or "en")[:2]


def offer_plain(batch: Batch, currency: str) -> str:
    """What one gets, in few words and without markup: titles, mails, structured data."""
    return merchant_words.offer(batch, currency) or str(batch.title(language()))


def offer(batch: Batch, currency: str) -> str:
    """As `offer_plain`, with figures isolated left to right."""
    plain = offer_plain(batch, currency)
    if batch.offer_kind not in {Batch.OfferKind.PERCENTAGE, Batch.OfferKind.AMOUNT}:
        return plain
    found = _FIGURE.search(plain)
    if found is None:
        return plain
    return format_html('{}<bdi dir="ltr">{}</bdi>{}', plain[: found.start()], found[0], plain[found.end() :])


def last_moment(end: dt.datetime, zone: str) -> dt.datetime:
    """The last minute before an exclusive end, as a clock on the wall there shows it."""
    return (end - dt.timedelta(minutes=1)).astimezone(ZoneInfo(zone))


def ends(end: dt.datetime, zone: str, now: dt.datetime) -> str:
    """`Ends today`, `3 days left`, `Until 31 March`."""
    last, today = last_moment(end, zone), now.astimezone(ZoneInfo(zone))
    if end <= now:
        return _("Over")
    if last.date() == today.date():
        return _("Ends today")
    days = (last.date() - today.date()).days
    if days <= SOON.days:
        return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    return _("Until %(day)s") % {"day": day(last)}


def day(moment: dt.datetime) -> str:
    return date_format(moment, _("j F Y"))


def until(end: dt.datetime, zone: str) -> str:
    """`31 March 2026`, with the hour where the end is not the end of a day."""
    last = last_moment(end, zone)
    if (last.hour, last.minute) == (23, 59):
        return day(last)
    return f"{day(last)}, {date_format(end.astimezone(ZoneInfo(zone)), 'H:i')}"


def usable_at(batch: Batch) -> str:
    """Weekdays and hours at which a coupon counts; "" where it always does."""
    parts = []
    if batch.weekdays != merchant_words.EVERY_DAY:
        parts.append(merchant_words.days(batch.weekdays))
    if (batch.hour_from, batch.hour_to) != (0, 1440):
        parts.append(merchant_words.hours(batch.hour_from, batch.hour_to))
    return " · ".join(parts)


def category_icon(code: str) -> str:
    return CATEGORY_ICONS.get(code, "tag")
