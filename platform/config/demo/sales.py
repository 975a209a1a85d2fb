"""The demo's money: agents' wallets with a bank transfer in them, and a package for each merchant, paid outside."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings

from accounts.actors import Actor, system
from agents.models import Agent, TopUp
from agents.payments.models import PaymentSettings
from agents.payments.services import connection
from agents.purchases.models import Purchase
from agents.purchases.services import offline
from agents.services import topups
from config.demo.prices import PLATFORM
from credits.pricing.models import PriceItem
from merchants.models import Merchant
from tenants.models import Domain, Site
from tenants.queries import sites
from tenants.walls import wall

TRANSFER = 900_000
PACKAGES = ("coupons-500", "ui-500", "coupons-2000", "bi-500")
_NAMES = uuid.UUID("b5c1a3de-7d0d-5b0a-9a55-0f7c6d1f0a11")


def connect(now: dt.datetime) -> None:
    """Save keys of the stand-in for the platform, which the main site sells under, and for one of the two agents."""
    if settings.STRIPE_API_BASE.startswith("https://"):
        return  # Stripe itself was asked for: its keys are for people to save
    sold = Site.objects.get(kind=Site.Kind.MASTER), Domain.objects.get(domain__startswith="sahm.").tenant
    kinds = zip(sold, ("master", "site"), ("platform", "sahm"), ("console", "site"), strict=True)
    for site, level, account, scope in kinds:
        with wall(site, level):
            if not PaymentSettings.objects.exists():
                connection.save(
                    secret_key=f"sk_test_{account}_demo", publishable_key=f"pk_test_{account}_demo",
                    actor=Actor("staff", "demo", None, scope, frozenset({"super_admin"})), now=now,
                )  # fmt: skip


def seed(now: dt.datetime) -> None:
    """Once for each agent and merchant."""
    connect(now)
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
