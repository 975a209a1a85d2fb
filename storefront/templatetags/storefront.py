"""Words of offers for templates: `{% load storefront %}`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.template.loader import get_template

from merchants.models import Batch, Merchant
from storefront import words

register = template.Library()
MOST_CARDS = 4_000
_cards: dict[tuple[Any, ...], str] = {}


@register.simple_tag(takes_context=True)
def offer(context: Any, batch: Batch) -> str:
    """`20% off`, with the figure isolated left to right."""
    return words.offer(batch, context["request"].site.currency)


@register.simple_tag(takes_context=True)
def offer_card(context: Any, batch: Batch, city: str = "", eager: bool = False) -> str:  # noqa: FBT001, FBT002 a template's argument
    """The card of an offer. Cards are kept in the process: pages full of them are what visitors ask for most."""
    merchant, language = batch.merchant, words.language()
    request = context["request"]
    flag = words.ends(batch.claim_until, merchant.time_zone, context["now"])
    # Everything that shows on the card, so that a changed offer, brand or day is another card.
    key = (
        batch.id, language, request.site.id, flag, city, eager, batch.title(language), merchant.name(language),
        merchant.logo, words.offer_plain(batch, request.site.currency),
    )  # fmt: skip
    if key not in _cards:
        if len(_cards) > MOST_CARDS:
            _cards.clear()
        shown = {"batch": batch, "city": city, "flag": flag, "loading": "eager" if eager else "lazy"}
        _cards[key] = get_template("storefront/_card.html").render(shown, request)
    return _cards[key]


@register.filter
def title_of(batch: Batch) -> str:
    return batch.title(words.language())


@register.filter
def terms_of(batch: Batch) -> str:
    return batch.terms(words.language())


@register.filter
def detail_of(batch: Batch) -> str:
    """What the big line does not say: the words beside a percentage or an amount."""
    if batch.offer_kind in {Batch.OfferKind.PERCENTAGE, Batch.OfferKind.AMOUNT}:
        return batch.offer_text(words.language())
    return ""


@register.filter
def brand_of(merchant: Merchant) -> str:
    return merchant.name(words.language())


@register.filter
def page_text_of(merchant: Merchant) -> str:
    first, second = merchant.page_text_en, merchant.page_text_ar
    return (second or first) if words.language() == "ar" else (first or second)


@register.filter
def name_of(branch: Any) -> str:
    return (branch.name_ar if words.language() == "ar" else "") or branch.name


register.filter("category_icon", words.category_icon)


@register.simple_tag
def ends(end: dt.datetime, zone: str, now: dt.datetime) -> str:
    return words.ends(end, zone, now)


@register.simple_tag
def until(end: dt.datetime, zone: str) -> str:
    return words.until(end, zone)


@register.simple_tag
def usable_at(batch: Batch) -> str:
    return words.usable_at(batch)


@register.filter
def at(names: dict[str, str], code: str) -> str:
    """The name of a code, "" where there is none."""
    return names.get(code, "")
