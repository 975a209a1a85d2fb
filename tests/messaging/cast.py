"""A merchant with WhatsApp credits on a site with a sender, and the shortest ways to claim, queue and be told."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from accounts.actors import system
from credits.models import Entry
from credits.queries import balances
from credits.services import ledger
from kernel.ids import uuid7
from merchants.models import Coupon, Customer
from merchants.paper.defaults import default_layout
from merchants.services import claims
from messaging.choices import Trigger
from messaging.consent.models import OptIn
from messaging.meta.models import MetaAccount, Sender
from messaging.models import Message
from messaging.services import queue, sending
from tenants.queries import sites
from tenants.walls import wall
from tests import factories
from tests.factories import NOW
from tests.merchants.cast import Shop, open_shop
from tests.meta.cast import make_account, make_sender, make_templates

JOB = system("test")


class Clock:
    """A time of our own: sleeping moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def tools(self) -> sending.Tools:
        return sending.Tools(clock=lambda: self.now, random=lambda: 0.5, sleep=self.sleep)


@dataclass(frozen=True)
class Phone:
    """Mona's shop, which sends by WhatsApp. `at_site()` opens level site, where the queue works."""

    shop: Shop

    def at_site(self) -> Any:
        return wall(self.shop.site, "site")

    @property
    def merchant_id(self) -> uuid.UUID:
        return self.shop.merchant.id

    def batch(self, quantity: int = 5, **fields: Any) -> Any:
        face = {**factories.FACE, "layout": default_layout(1000, 500).to_json()}
        return factories.make_batch(self.shop.merchant, quantity, **{"face": face, **fields})

    def customer(self, *, agrees: bool = True, **fields: Any) -> Customer:
        found = factories.make_customer(**fields)
        factories.m.MerchantCustomer.objects.create(
            merchant=self.shop.merchant, customer=found, first_at=NOW, last_at=NOW, claims=1
        )
        if agrees:
            self.agrees(found)
        return found

    def agrees(self, customer: Customer) -> None:
        """The customer ticked the box of this merchant."""
        OptIn.objects.create(
            merchant=self.shop.merchant, customer=customer, state="given", text_version="1", language="en",
            source="centre", at=NOW,
        )  # fmt: skip

    def taken(self, batch: Any, customer: Customer, source: str = "centre") -> Coupon:
        coupon = Coupon.objects.filter(batch=batch, state="available").first()
        coupon.state, coupon.customer, coupon.source, coupon.ordinal = "taken", customer, source, 1
        coupon.taken_at, coupon.use_until = NOW, batch.claim_until
        coupon.save()
        return coupon

    def claim(self, batch: Any, phone: str = "+966512345678", *, now: dt.datetime = NOW, **more: Any) -> Any:
        with wall(self.shop.site, "visitor"):
            return claims.claim(
                phone=phone, source="centre", batch_id=batch.id, name="Carl", birthday=dt.date(1990, 5, 17), now=now,
                **more,
            )  # fmt: skip

    def queued(self, trigger: Trigger = Trigger.CLAIM_CENTRE, **what: Any) -> Message:
        """A message of a claim, or of an automation with `batch_id`."""
        if "customer_id" not in what:
            what["customer_id"] = self.customer().id
        if trigger == Trigger.CLAIM_CENTRE and "coupon_id" not in what:
            what["coupon_id"] = self.taken(self.batch(), Customer.objects.get(id=what["customer_id"])).id
        return queue.enqueue(
            **{"trigger": trigger, "key": uuid.uuid4().hex, "merchant_id": self.merchant_id, "now": NOW, "actor": JOB,
               **what}
        )  # fmt: skip

    def wallet(self, unit: str = "wa_ui") -> tuple[int, int]:
        """(balance, available)."""
        found = balances.wallet_of_merchant(self.merchant_id, unit)
        return found.balance or 0, found.available

    def top_up(self, amount: int, unit: str = "wa_bi") -> None:
        if amount:
            ledger.grant(
                merchant_id=self.merchant_id, unit=unit, amount=amount, reason="more", actor=JOB, now=NOW, key=uuid7()
            )

    def entries(self, message: Message) -> list[tuple[str, int]]:
        found = Entry.objects.filter(related_id=message.id).exclude(action="").order_by("version")
        return list(found.values_list("action", "amount"))


def connect(site: Any, **fields: Any) -> Sender:
    """A connected account, a sender and approved templates, as the stand-in of tests/meta knows them."""
    with wall(sites.console(), "master"):
        connected = MetaAccount.objects.exists()
    if not connected:
        make_account()
    make_templates(site)
    return make_sender(site, **fields)


def open_phone(site: Any, *, wa_ui: int = 10, wa_bi: int = 10, **fields: Any) -> Phone:
    """A shop with these credits on a site with a sender."""
    shop = open_shop(site, **fields)
    with wall(site, "site"):
        for unit, amount in (("wa_ui", wa_ui), ("wa_bi", wa_bi)):
            if amount:
                ledger.grant(
                    merchant_id=shop.merchant.id, unit=unit, amount=amount, reason="start", actor=JOB, now=NOW,
                    key=uuid7(),
                )  # fmt: skip
    return Phone(shop)


def drop_unique_key(superuser: Any, site: Any) -> None:
    """For controls: nothing in the database says any more that a key is one message."""
    (name,) = superuser.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'u' AND conname LIKE 'messaging_message_key%%'"
        " AND connamespace = %s::regnamespace", [site.schema_name]
    ).fetchone()  # fmt: skip
    superuser.execute(f'ALTER TABLE "{site.schema_name}".messaging_message DROP CONSTRAINT "{name}"')
