"""The demo's money: agents' wallets with a bank transfer in them, and a package for each merchant, paid outside."""

from __future__ import annotations

import datetime as dt
import uuid

from accounts.actors import system
from agents.models import Agent, TopUp
from agents.purchases.models import Purchase
from agents.purchases.services import offline
from agents.services import topups
from config.demo.prices import PLATFORM
from credits.pricing.models import PriceItem
from merchants.models import Merchant
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import wall

TRANSFER = 900_000
PACKAGES = ("coupons-500", "ui-500", "coupons-2000", "bi-500")
_NAMES = uuid.UUID("b5c1a3de-7d0d-5b0a-9a55-0f7c6d1f0a11")


def seed(now: dt.datetime) -> None:
    """Once for each agent and merchant."""
    with wall(Site.objects.get(kind=Site.Kind.MASTER), "master"):
        for agent in Agent.objects.order_by("number"):
            if not TopUp.objects.filter(agent_id=agent.id).exists():
                made = topups.record(
                    site_id=agent.site_id, amount=TRANSFER, reference="Opening transfer", proof="", actor=PLATFORM,
                    now=now,
                )  # fmt: skip
                topups.confirm(topup_id=made.id, actor=PLATFORM, now=now)
        items = {item.code: item.id for item in PriceItem.objects.filter(code__in=PACKAGES)}
    for site in sites.list_sites():
        with wall(site, "site"):
            for number, merchant in enumerate(Merchant.objects.filter(state="active").order_by("number")):
                if not Purchase.objects.filter(merchant=merchant).exists():
                    offline.record(
                        purchase_id=uuid.uuid5(_NAMES, str(merchant.id)), merchant_id=merchant.id,
                        item_id=items[PACKAGES[number % len(PACKAGES)]], reason="Paid in cash", actor=system("demo"),
                        now=now,
                    )  # fmt: skip
