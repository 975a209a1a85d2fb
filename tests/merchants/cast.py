"""Mona's shop with credits, a plan that passes, and the shortest ways to act for her."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from accounts.actors import Actor, system
from credits.models import Account
from credits.queries import balances, proof
from credits.services import ledger, wallets
from kernel.handlers import handlers_of
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from merchants.models import Batch, Coupon, Merchant
from merchants.services import claims, generation
from merchants.services.plans import BatchPlan
from tenants.services import cards
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import DAY, FACE, NOW

JOB = system("test")
LATER = NOW + 31 * DAY


@dataclass(frozen=True)
class Shop:
    """A merchant, its owner, and the site they are on."""

    site: Any
    merchant: Merchant
    owner: Actor

    @contextmanager
    def open(self) -> Iterator[None]:
        """At level merchant, as its own pages run."""
        with wall(self.site, "merchant", merchant=self.merchant.id):
            yield

    @property
    def host(self) -> str:
        return next(cluster.HOSTS[name] for name, found in cluster.SITES.items() if found == self.site.id)

    @property
    def credits(self) -> int:
        return balances.of_merchant(self.merchant.id).coupon


def open_shop(site: Any, coupon: int = 0, **fields: Any) -> Shop:
    """An active merchant with wallets and `coupon` credits."""
    with wall(site, "site"):
        merchant = factories.make_merchant(**fields)
        owner = factories.member_actor(factories.make_member(merchant), merchant)
        wallets.open_for_merchant(merchant_id=merchant.id, now=NOW)
        cards.keep(merchant=merchant, now=NOW)
        if coupon:
            ledger.grant(
                merchant_id=merchant.id, unit="coupon", amount=coupon, reason="start", actor=JOB, now=NOW, key=uuid7()
            )
    return Shop(site, merchant, owner)


def plan(quantity: int = 10, **changes: Any) -> BatchPlan:
    made = BatchPlan(
        title_en="Twenty off", offer_kind="percentage", offer_percent=20, quantity=quantity, starts_at=NOW,
        claim_until=NOW + 30 * DAY, face=FACE, country="SA", city="riyadh", category="food",
    )  # fmt: skip
    return replace(made, **changes)


def generate(shop: Shop, quantity: int = 10, *, batch_id: uuid.UUID | None = None, now: dt.datetime = NOW,
             **changes: Any) -> Batch:  # fmt: skip
    with shop.open():
        return generation.generate(
            batch_id=batch_id or uuid7(), merchant_id=shop.merchant.id, plan=plan(quantity, **changes),
            actor=shop.owner, now=now,
        )  # fmt: skip


def claim(shop: Shop, batch: Batch, phone: str, *, now: dt.datetime = NOW, **more: Any) -> claims.ClaimResult:
    with wall(shop.site, "visitor"):
        return claims.claim(
            phone=phone, source="centre", now=now, batch_id=batch.id, name="Carl", birthday=dt.date(1990, 5, 17), **more
        )


def deliver(topic: str, *, now: dt.datetime = NOW, limit: int = 1) -> int:
    """Run the handlers of the oldest `limit` waiting events, as the relay and the worker do together."""
    events = list(OutboxEvent.objects.filter(topic=topic, done_at=None).order_by("due_at", "id")[:limit])
    for event in events:
        for handler in handlers_of(topic):
            handler(event, now)
        OutboxEvent.objects.filter(id=event.id).update(done_at=now)
    return len(events)


def states(batch: Batch) -> dict[str, int]:
    """Coupons of a batch by state."""
    counted: dict[str, int] = {}
    for state in Coupon.objects.filter(batch=batch).values_list("state", flat=True):
        counted[state] = counted.get(state, 0) + 1
    return counted


def escrow(batch: Batch) -> int:
    return Account.objects.get(kind="escrow", ref_id=batch.id).balance or 0


def differences() -> list[Any]:
    """What the nightly proof finds: nothing, one hopes."""
    with wall(cluster.site("master"), "master"):
        return list(proof.prove().differences)


def browser(shop: Shop, role: str = "owner") -> Any:
    """A signed-in browser of somebody who works for `shop`."""
    from django.test import Client

    with wall(shop.site, "site"):
        user = factories.make_member(shop.merchant, role)
    client = Client(headers={"host": shop.host})
    answer = client.post("/account/login/", {"login": user.email, "password": factories.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return client


def own_template(shop: Shop, name: str = "Own", *, width: int = 900, height: int = 500) -> Any:
    """A template of a plain picture, as the upload page makes it."""
    from merchants.services import templates

    with shop.open():
        return templates.upload(name=name, data=picture(width, height), actor=shop.owner, now=NOW)


def picture(width: int = 900, height: int = 500, kind: str = "PNG") -> bytes:
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (width, height), "#0f766e").save(target, kind)
    return target.getvalue()
