"""The demo's price book: the same figures in each site's currency, and better terms for one agent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.actors import Actor
from accounts.permissions import CONSOLE
from accounts.roles import StaffRole
from agents.models import Agent
from credits.pricing.choices import ItemKind as K
from credits.pricing.choices import ProfitKind
from credits.pricing.models import Price, PriceItem
from credits.pricing.services import items, prices
from credits.pricing.services.prices import Scope
from tenants.models import Site
from tenants.walls import wall

PLATFORM = Actor("system", "demo", scope=CONSOLE, roles=frozenset({StaffRole.SUPER_ADMIN}))

_DAYS_AR = {7: "7 أيام", 14: "14 يومًا", 30: "30 يومًا"}
# code, kind, names, what it carries, retail in minor units, the agent's profit: an amount, or percent in hundredths
BOOK: tuple[tuple[str, K, str, str, dict[str, Any], int, tuple[ProfitKind, int]], ...] = (
    ("annual-fee", K.ANNUAL_FEE, "Annual plan", "الخطة السنوية", {}, 120_000, (ProfitKind.FIXED, 30_000)),
    ("coupons-500", K.COUPON_PACK, "500 coupon credits", "500 رصيد قسائم", {"coupon": 500}, 15_000,
     (ProfitKind.PERCENT, 2_000)),
    ("coupons-2000", K.COUPON_PACK, "2,000 coupon credits", "2,000 رصيد قسائم", {"coupon": 2_000}, 50_000,
     (ProfitKind.PERCENT, 2_000)),
    ("coupons-10000", K.COUPON_PACK, "10,000 coupon credits", "10,000 رصيد قسائم", {"coupon": 10_000}, 200_000,
     (ProfitKind.PERCENT, 2_000)),
    ("ui-500", K.UI_PACK, "500 WhatsApp UI credits", "500 رصيد واتساب UI", {"wa_ui": 500}, 7_500,
     (ProfitKind.PERCENT, 2_000)),
    ("ui-2000", K.UI_PACK, "2,000 WhatsApp UI credits", "2,000 رصيد واتساب UI", {"wa_ui": 2_000}, 26_000,
     (ProfitKind.PERCENT, 2_000)),
    ("bi-500", K.BI_PACK, "500 WhatsApp BI credits", "500 رصيد واتساب BI", {"wa_bi": 500}, 78_000,
     (ProfitKind.PERCENT, 2_000)),
    ("bi-2000", K.BI_PACK, "2,000 WhatsApp BI credits", "2,000 رصيد واتساب BI", {"wa_bi": 2_000}, 300_000,
     (ProfitKind.PERCENT, 2_000)),
    ("temporary-ui-200", K.TEMPORARY_UI_PACK, "Temporary: 200 WhatsApp UI credits", "مؤقتة: 200 رصيد واتساب UI",
     {"wa_ui": 200}, 4_000, (ProfitKind.FIXED, 600)),
    *(
        (f"{kind}-{days}", K.AD, f"{name}, {days} days", f"{name_ar}، {_DAYS_AR[days]}",
         {"ad_type": kind, "days": days}, retail, (ProfitKind.PERCENT, 2_500))
        for kind, name, name_ar, fares in (
            ("banner", "Banner ad", "إعلان لافتة", ((7, 15_000), (14, 27_000), (30, 50_000))),
            ("video", "Video ad", "إعلان فيديو", ((7, 30_000), (14, 54_000), (30, 100_000))),
        )
        for days, retail in fares
    ),
)  # fmt: skip
FAVOURED = ("palmy", "annual-fee", 40_000)  # the agent that keeps more of the annual fee


def seed(now: dt.datetime) -> None:
    """Items and prices in the currencies of the demo's sites. Safe to repeat."""
    currencies = sorted(set(Site.objects.filter(type="site").values_list("currency", flat=True)))
    with wall(Site.objects.get(kind=Site.Kind.MASTER), "master"):
        for position, (code, kind, name_en, name_ar, carried, retail, profit) in enumerate(BOOK):
            item = PriceItem.objects.filter(code=code).first() or items.save(
                code=code, kind=kind, name_en=name_en, name_ar=name_ar, position=position, actor=PLATFORM, now=now,
                **carried,
            )  # fmt: skip
            for currency in currencies:
                _put(item, Scope(currency), retail, profit, now)
        _favour(now)


def _favour(now: dt.datetime) -> None:
    slug, code, profit = FAVOURED
    site = Site.objects.filter(domains__domain__startswith=f"{slug}.").first()
    agent = Agent.objects.filter(site_id=site.id).first() if site else None
    if site and agent:
        item = PriceItem.objects.get(code=code)
        retail = next(retail for found, *_, retail, _profit in BOOK if found == code)
        _put(item, Scope(site.currency, "", agent.id, site.id), retail, (ProfitKind.FIXED, profit), now)


def _put(item: PriceItem, scope: Scope, retail: int, profit: tuple[ProfitKind, int], now: dt.datetime) -> None:
    if Price.objects.filter(item=item, currency=scope.currency, agent_id=scope.agent_id).exists():
        return
    kind, value = profit
    prices.put(
        item_id=item.id, scope=scope, retail=retail, profit_kind=kind, profit_value=value, actor=PLATFORM, now=now
    )
