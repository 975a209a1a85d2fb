"""Offers said in words: the big line of a card, when it ends, when it may be used."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from merchants.models import Batch
from ui.text import minor_digits, thousands

SOON = dt.timedelta(days=14)


def language() -> str:
    return (get_language() or "en")[:2]


def amount(minor: int, currency: str) -> str:
    """`SAR 25`; with digits after the point only where there are any."""
    digits = minor_digits(currency)
    whole, rest = divmod(minor, 10**digits)
    figure = f"{thousands(whole)}.{rest:0{digits}d}" if rest else thousands(whole)
    return f"{currency.upper()} {figure}"


def offer_plain(batch: Batch, currency: str) -> str:
    """What one gets, in few words and without markup: titles, mails, structured data."""
    kinds = Batch.OfferKind
    if batch.offer_kind == kinds.PERCENTAGE:
        return _("%(percent)s off") % {"percent": f"{batch.offer_percent}%"}
    if batch.offer_kind == kinds.AMOUNT:
        return _("%(amount)s off") % {"amount": amount(batch.offer_amount or 0, currency)}
    return str(batch.offer_text(language())) or str(batch.title(language()))


def offer(batch: Batch, currency: str) -> str:
    """As `offer_plain`, with figures isolated left to right."""
    kinds = Batch.OfferKind
    if batch.offer_kind == kinds.PERCENTAGE:
        figure = format_html('<bdi dir="ltr">{}%</bdi>', batch.offer_percent)
        return format_html(_("%(percent)s off").replace("%(percent)s", "{}"), figure)
    if batch.offer_kind == kinds.AMOUNT:
        figure = format_html('<bdi dir="ltr">{}</bdi>', amount(batch.offer_amount or 0, currency))
        return format_html(_("%(amount)s off").replace("%(amount)s", "{}"), figure)
    return offer_plain(batch, currency)


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


def minutes(value: int) -> str:
    return f"{value // 60:02d}:{value % 60:02d}"


def usable_at(batch: Batch) -> str:
    """Weekdays and hours at which a coupon counts; "" where it always does."""
    parts = []
    if batch.weekdays != 127:
        parts.append(weekdays(batch.weekdays))
    if (batch.hour_from, batch.hour_to) != (0, 1440):
        parts.append(_("%(start)s to %(end)s") % {"start": minutes(batch.hour_from), "end": minutes(batch.hour_to)})
    return pgettext("between parts of a line", ", ").join(parts)


def weekdays(mask: int) -> str:
    """The days of a mask, Monday first."""
    return pgettext("between weekdays", ", ").join(str(WEEKDAYS_ABBR[n]) for n in range(7) if mask >> n & 1)
