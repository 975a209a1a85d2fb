"""A small price book, written on the console as it is in life."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.actors import Actor
from credits.pricing.models import PriceItem
from credits.pricing.services import items, prices
from credits.pricing.services.prices import Put, Scope
from tests.factories import NOW

MASTER = Actor("staff", "Salma", None, "console", frozenset({"finance"}))
LATER = NOW + dt.timedelta(days=10)
SAR = Scope("SAR")

CARRIES: dict[str, dict[str, Any]] = {
    "annual_fee": {}, "coupon_pack": {"coupon": 500}, "ui_pack": {"wa_ui": 500}, "bi_pack": {"wa_bi": 500},
    "temporary_ui_pack": {"wa_ui": 100}, "ad": {"ad_type": "banner", "days": 7},
}  # fmt: skip


def make_item(code: str = "coupons-500", kind: str = "coupon_pack", **more: Any) -> PriceItem:
    values = {"name_en": code.title(), "name_ar": "بند", **CARRIES[kind], **more}
    return items.save(code=code, kind=kind, actor=MASTER, now=NOW, **values)


def put(item: PriceItem, retail: int, profit: int = 0, *, scope: Scope = SAR, **more: Any) -> Put:
    """A price with a fixed profit, in minor units."""
    values: dict[str, Any] = {"profit_kind": "fixed", "profit_value": profit, "actor": MASTER, "now": NOW, **more}
    return prices.put(item_id=item.id, scope=scope, retail=retail, **values)
