"""Whom the tests of purchases are about, and the shortest ways to act for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from accounts.actors import Actor, system
from agents.models import Agent
from agents.payments.services.gateway import Session
from agents.purchases.models import Purchase
from agents.purchases.services import offline, settling, starting
from credits.choices import AccountKind, Action, OwnerType
from credits.pricing.models import PriceItem
from credits.queries import balances
from credits.services import ledger, legs, wallets
from credits.services.legs import Leg
from kernel.ids import uuid7
from merchants.models import Merchant
from tenants.services import cards
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import NOW
from tests.payments.cast import connect
from tests.pricing.cast import make_item, put

JOB = system("test")
URL = "http://ada.localhost/back"


@dataclass
class Market:
    """A site with a price book, an agent's wallet, a merchant and its owner, and a person of the site's finance."""

    site: Any
    agent: Agent | None
    merchant: Merchant
    owner: Actor
    finance: Actor
    items: dict[str, PriceItem] = field(default_factory=dict)

    @contextmanager
    def shop(self) -> Iterator[None]:
        with wall(self.site, "merchant", merchant=self.merchant.id):
            yield

    @contextmanager
    def desk(self) -> Iterator[None]:
        with wall(self.site, "site"):
            yield

    def order(self, code: str = "pack", *, purchase_id: uuid.UUID | None = None, now: dt.datetime = NOW) -> Purchase:
        with self.shop():
            return starting.order(
                purchase_id=purchase_id or uuid7(), merchant_id=self.merchant.id, item_id=self.items[code].id,
                actor=self.owner, now=now,
            )  # fmt: skip

    def checkout(self, purchase: Purchase, *, now: dt.datetime = NOW) -> str:
        with self.shop():
            return starting.checkout(
                purchase_id=purchase.id, merchant_id=self.merchant.id, return_url=URL, cancel_url=URL, language="en",
                email="mona@example.com", actor=self.owner, now=now,
            )  # fmt: skip

    def settle(self, purchase: Purchase, session: Session | None = None, *, now: dt.datetime = NOW) -> Purchase:
        with self.desk():
            return settling.settle(
                reference=purchase.id, session=session or paid(purchase), actor=JOB, now=now
            )

    def sell(self, code: str = "fee", *, now: dt.datetime = NOW) -> Purchase:
        with self.desk():
            return offline.record(
                purchase_id=uuid7(), merchant_id=self.merchant.id, item_id=self.items[code].id, reason="Cash",
                actor=self.finance, now=now,
            )  # fmt: skip

    def fresh(self, purchase: Purchase) -> Purchase:
        with self.desk():
            return Purchase.objects.select_related("merchant").get(id=purchase.id)

    @property
    def state(self) -> Merchant:
        with self.desk():
            return Merchant.objects.get(id=self.merchant.id)

    @property
    def credits(self) -> tuple[int, int, int]:
        with self.desk():
            found = balances.of_merchant(self.merchant.id)
        return found.coupon, found.wa_ui, found.wa_bi

    @property
    def money(self) -> int:
        """The agent's wallet, in minor units."""
        assert self.agent
        with self.desk():
            return balances.wallet_of_agent(self.agent.id, "SAR").balance or 0


def open_market(name: str = "ada", *, money: int = 100_000, key: str = "") -> Market:
    site, master = cluster.site(name), cluster.site("master")
    agent = None
    with wall(master, "master"):
        items = {
            "fee": _priced("fee", "annual_fee", 50_000, 20_000),
            "pack": _priced("pack", "coupon_pack", 20_000, 5_000, coupon=2000),
            "ui": _priced("ui", "ui_pack", 10_000, 2_000, wa_ui=500),
            "bi": _priced("bi", "bi_pack", 30_000, 3_000, wa_bi=100),
            "temporary": _priced("temporary", "temporary_ui_pack", 5_000, 1_000, wa_ui=100),
        }
        if name != "main":
            agent = make_agent(site)
        else:
            connect(key or "sk_test_platform_canary1234")
    with wall(site, "site"):
        if agent:
            connect(key or "sk_test_ada_canary1234")
            wallets.open_for_agent(agent_id=agent.id, currency="SAR", now=NOW)
        merchant, owner = make_shop()
        finance = factories.staff_actor(factories.make_staff("finance"), "finance")
    market = Market(site, agent, merchant, owner, finance, items)
    if agent and money:
        give_money(market, money)
    return market


def make_shop(**fields: Any) -> tuple[Merchant, Actor]:
    """A registered merchant with wallets and an owner, behind the wall that is open."""
    merchant = factories.make_merchant(**{"state": "registered", **fields})
    wallets.open_for_merchant(merchant_id=merchant.id, now=NOW)
    cards.keep(merchant=merchant, now=NOW)
    return merchant, factories.member_actor(factories.make_member(merchant), merchant)


def make_agent(site: Any, number: int = 101) -> Agent:
    return Agent.objects.create(
        number=number, site_id=site.id, company="Ada Ltd", contact_name="Ada", contact_email="ada@example.com",
        created_at=NOW,
    )  # fmt: skip


def give_money(market: Market, amount: int, *, now: dt.datetime = NOW) -> None:
    """Money in the agent's wallet, as a top-up posts it."""
    assert market.agent
    with market.desk():
        ledger.post(
            key=uuid7(), kind="topup", actor=JOB, now=now,
            legs=[
                Leg(AccountKind.WALLET, "SAR", amount, OwnerType.AGENT, market.agent.id, action=Action.PURCHASE),
                legs.far_side(AccountKind.ISSUED, "SAR", -amount),
            ],
        )  # fmt: skip


def paid(purchase: Purchase, **changes: Any) -> Session:
    """What Stripe says of a checkout of `purchase` that was paid."""
    values: dict[str, Any] = {
        "id": f"cs_test_{purchase.id.hex}", "url": "", "expires_at": NOW + dt.timedelta(hours=24),
        "status": "complete", "payment_status": "paid", "amount": purchase.retail, "currency": purchase.currency,
        "payment_intent": f"pi_{purchase.id.hex}", "reference": purchase.id, "kind": "purchase", "site": None,
        "livemode": False, **changes,
    }  # fmt: skip
    return Session(**values)


def _priced(code: str, kind: str, retail: int, profit: int, **carries: Any) -> PriceItem:
    item = make_item(code, kind, **carries)
    put(item, retail, profit)
    return item
