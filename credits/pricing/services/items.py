"""Items of the price book. Only the platform makes and changes them."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from credits.pricing import locks
from credits.pricing.choices import AD_DAYS, CREDIT_OF_KIND, AdType, ItemKind
from credits.pricing.errors import CodeTaken, MalformedItem
from credits.pricing.models import PriceItem

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CHANGEABLE = ("name_en", "name_ar", "coupon", "wa_ui", "wa_bi", "ad_type", "days", "enabled", "position")
_MOST_CREDITS = 100_000_000


def save(
    *,
    code: str,
    kind: str,
    name_en: str,
    name_ar: str,
    actor: Actor,
    now: dt.datetime,
    item_id: uuid.UUID | None = None,
    coupon: int = 0,
    wa_ui: int = 0,
    wa_bi: int = 0,
    ad_type: str = "",
    days: int = 0,
    enabled: bool = True,
    position: int = 0,
) -> PriceItem:
    """Add an item, or change the one named: its code and kind stay. What was bought before keeps its terms.

    Raises NotAllowed, MalformedItem, CodeTaken, UnknownItem.
    """
    must(actor, "price.manage")
    values: dict[str, Any] = {
        "name_en": name_en.strip(), "name_ar": name_ar.strip(), "coupon": coupon, "wa_ui": wa_ui, "wa_bi": wa_bi,
        "ad_type": ad_type, "days": days, "enabled": enabled, "position": position,
    }  # fmt: skip
    with transaction.atomic():
        if item_id is None:
            _check(code, kind, values)
            if PriceItem.objects.filter(code=code).exists():
                raise CodeTaken
            item = PriceItem.objects.create(code=code, kind=kind, created_at=now, **values)
            audit.record("price_item.added", item, actor=actor, now=now, after={"code": code, "kind": kind, **values})
            return item
        item = locks.item(item_id)
        _check(item.code, item.kind, values)
        before = {name: getattr(item, name) for name in _CHANGEABLE}
        for name, value in values.items():
            setattr(item, name, value)
        item.save(update_fields=_CHANGEABLE)
        if before != values:
            audit.record("price_item.edited", item, actor=actor, now=now, before=before, after=values)
    return item


def set_enabled(*, item_id: uuid.UUID, enabled: bool, actor: Actor, now: dt.datetime) -> None:
    """Sell an item, or no longer. Raises NotAllowed, UnknownItem."""
    must(actor, "price.manage")
    with transaction.atomic():
        item = locks.item(item_id)
        if item.enabled != enabled:
            item.enabled = enabled
            item.save(update_fields=["enabled"])
            audit.record(
                "price_item.edited", item, actor=actor, now=now, before={"enabled": not enabled},
                after={"enabled": enabled},
            )  # fmt: skip


def _check(code: str, kind: str, values: dict[str, Any]) -> None:
    if not _CODE.fullmatch(code) or len(code) > 40:
        raise MalformedItem(_("Write the code in small letters, digits and dashes."), field="code")
    if kind not in ItemKind.values:
        raise MalformedItem(_("There is no such kind of item."), field="kind")
    for name in ("name_en", "name_ar"):
        if not values[name]:
            raise MalformedItem(_("Give the item a name in both languages."), field=name)
    for name in ("coupon", "wa_ui", "wa_bi"):
        if not 0 <= values[name] <= _MOST_CREDITS:
            raise MalformedItem(_("That is not a number of credits."), field=name)
    carried = CREDIT_OF_KIND.get(ItemKind(kind))
    if carried and not values[carried]:
        raise MalformedItem(_("A package carries at least one credit of its own kind."), field=str(carried))
    if kind == ItemKind.AD:
        if values["ad_type"] not in AdType.values:
            raise MalformedItem(_("Say whether the ad is a banner or a video."), field="ad_type")
        if values["days"] not in AD_DAYS:
            raise MalformedItem(_("An ad runs 7, 14 or 30 days."), field="days")
    elif values["ad_type"] or values["days"]:
        raise MalformedItem(_("Only ads have a type and a number of days."), field="ad_type")
