"""Ordering: a purchase with the terms of the moment, and its checkout at Stripe.

Nothing external happens inside a transaction: the order is written, then the checkout is opened, then its address is
noted. A crash between them costs nothing, because opening it again under the same reference and attempt is the same
checkout.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from agents.payments.errors import GatewayRefused
from agents.payments.services import gateway
from agents.purchases import locks
from agents.purchases.choices import STARTABLE, Kind, Method, State
from agents.purchases.errors import NoSuchPurchase, NotForYou, PaidMeanwhile, PriceChanged, WrongState
from agents.purchases.models import Purchase
from agents.purchases.queries import offers, purchases
from agents.purchases.services import plans, settling
from agents.purchases.services.desk import at_the_desk
from credits.pricing.queries.book import Offer
from merchants.models import Merchant
from merchants.services import lifecycle
from tenants.models import Site

FIRST_ASK = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is open to a merchant, and whether it can be paid online here: `mode` test, live, or empty without keys."""

    offers: list[Offer]
    mode: str


def shelf(*, merchant_id: uuid.UUID, now: dt.datetime) -> Shelf:
    """The offers open to a merchant now; none where nothing is sold on this site."""
    with at_the_desk(merchant_id) as site:
        try:
            found = offers.list_offers(merchant=Merchant.objects.get(id=merchant_id), site=site, now=now)
        except NotForYou:
            found = []
        return Shelf([offer for offer in found if offer.kind != Kind.AD], gateway.mode())


def choose_plan(*, merchant_id: uuid.UUID, plan: str, actor: Actor, now: dt.datetime) -> None:
    """Change the plan of a merchant that is not active, before it buys. Raises NotAllowed, WrongState."""
    must(actor, "purchase.make")
    with at_the_desk(merchant_id):
        lifecycle.choose_plan(merchant_id=merchant_id, plan=plan, actor=actor, now=now)


def look(*, purchase_id: uuid.UUID, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """The payer came back: ask Stripe about the checkout and settle what it says. Raises NoSuchPurchase, …"""
    with at_the_desk(merchant_id):
        purchase = _own(purchase_id, merchant_id)
        if purchase.state == State.PENDING_PAYMENT and purchase.session_id:
            session = gateway.read(purchase.session_id)
            settling.settle(reference=purchase_id, session=session, actor=actor, now=now)


def order(
    *, purchase_id: uuid.UUID, merchant_id: uuid.UUID, item_id: uuid.UUID, actor: Actor, now: dt.datetime
) -> Purchase:
    """Write the order. The same `purchase_id` again is the same order. Raises NotAllowed, NoSuchOffer, NotForYou."""
    must(actor, "purchase.make")
    with at_the_desk(merchant_id) as site:
        found = Purchase.objects.filter(id=purchase_id, merchant_id=merchant_id).first()
        if found is not None:
            return found
        merchant = Merchant.objects.get(id=merchant_id)
        offer = open_offer(item_id=item_id, merchant=merchant, site=site, now=now)
        with transaction.atomic():
            made = copy_terms(offer, merchant=merchant, site=site, actor=actor, now=now)
            made.id, made.method, made.ask_at = purchase_id, Method.STRIPE, now + FIRST_ASK
            made.save(force_insert=True)
            audit.record("purchase.ordered", made, actor=actor, now=now, after=_terms(made))
            plans.ordered(made, actor=actor, now=now)
    return made


def open_offer(*, item_id: uuid.UUID, merchant: Merchant, site: Site, now: dt.datetime) -> Offer:
    """The offer, if it is open to `merchant`. Raises NoSuchOffer, NotForYou."""
    offer = offers.get_offer(item_id=item_id, merchant=merchant, site=site, now=now)
    if offer.kind not in offers.kinds_for(merchant):
        raise NotForYou
    return offer


def copy_terms(offer: Offer, *, merchant: Merchant, site: Site, actor: Actor, now: dt.datetime) -> Purchase:
    """An unsaved purchase with what was offered, as it was."""
    return Purchase(
        merchant=merchant, price_id=offer.price_id, item_id=offer.item_id, code=offer.code, kind=offer.kind,
        name_en=offer.name_en, name_ar=offer.name_ar, coupon=offer.coupon, wa_ui=offer.wa_ui, wa_bi=offer.wa_bi,
        days=offer.days, currency=offer.currency, retail=offer.retail, cost=offer.cost,
        agent_id=offers.agent_of(site), created_at=now, created_by=actor.id, created_label=actor.label[:120],
    )  # fmt: skip


def checkout(
    *, purchase_id: uuid.UUID, merchant_id: uuid.UUID, return_url: str, cancel_url: str, language: str, email: str,
    actor: Actor, now: dt.datetime,
) -> str:  # fmt: skip
    """The address where the purchase is paid: the open checkout's, or a new one's where that ran out.

    Raises NotAllowed, NoSuchPurchase, WrongState, PriceChanged, and what the gateway refuses.
    """
    must(actor, "purchase.make")
    with at_the_desk(merchant_id) as site:
        purchase = _payable(purchase_id, merchant_id=merchant_id, site=site, actor=actor, now=now)
        if purchase.session_url and purchase.session_expires_at and purchase.session_expires_at > now:
            return purchase.session_url
        session = gateway.checkout(
            reference=purchase.id, kind="purchase", amount=purchase.retail, currency=purchase.currency,
            lines=[gateway.Line(name=purchase.name(language), quantity=1, unit_amount=purchase.retail)],
            success_url=return_url, cancel_url=cancel_url, email=email, language=language,
            attempt=purchase.attempt,
        )  # fmt: skip
        with transaction.atomic():
            locked = locks.purchase(purchase_id)
            locked.session_id, locked.session_url = session.id, session.url
            locked.session_expires_at, locked.livemode = session.expires_at, session.livemode
            locked.ask_at = now + FIRST_ASK
            locked.save(update_fields=["session_id", "session_url", "session_expires_at", "livemode", "ask_at"])
        return session.url


def cancel(*, purchase_id: uuid.UUID, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """Give up an order that was not paid. Raises NotAllowed, WrongState, PaidMeanwhile."""
    must(actor, "purchase.make")
    with at_the_desk(merchant_id):
        purchase = _own(purchase_id, merchant_id)
        if purchase.state != State.PENDING_PAYMENT:
            raise WrongState(_("Only an order that waits for its payment can be cancelled."), state=purchase.state)
        if purchase.session_id:
            session = _closed(purchase)
            settling.settle(reference=purchase.id, session=session, actor=actor, now=now)
        with transaction.atomic():
            purchase = locks.purchase(purchase_id)
            if purchase.paid_at is not None:
                raise PaidMeanwhile
            before, purchase.state, purchase.ask_at = purchase.state, State.CANCELLED, None
            purchase.save(update_fields=["state", "ask_at"])
            audit.record(
                "purchase.cancelled", purchase, actor=actor, now=now, before={"state": before},
                after={"state": purchase.state},
            )  # fmt: skip
            plans.let_go(purchase, actor=actor, now=now)


def _closed(purchase: Purchase) -> gateway.Session:
    """Close the checkout, so that nobody pays what was cancelled; what it is now, paid or expired."""
    try:
        return gateway.expire(purchase.session_id)
    except GatewayRefused:  # it is complete or expired already
        return gateway.read(purchase.session_id)


def _own(purchase_id: uuid.UUID, merchant_id: uuid.UUID) -> Purchase:
    purchase = purchases.get(purchase_id)
    if purchase.merchant_id != merchant_id:
        raise NoSuchPurchase
    return purchase


def _payable(
    purchase_id: uuid.UUID, *, merchant_id: uuid.UUID, site: Site, actor: Actor, now: dt.datetime
) -> Purchase:
    """The purchase, ready for a checkout: an open one whose session still runs, or a new attempt."""
    purchase = _own(purchase_id, merchant_id)
    if purchase.state == State.PENDING_PAYMENT and purchase.session_id and _has_run_out(purchase, now):
        session = gateway.read(purchase.session_id)
        settling.settle(reference=purchase.id, session=session, actor=actor, now=now)
        purchase = purchases.get(purchase_id)
    if purchase.state in STARTABLE:
        _start_again(purchase_id, site=site, actor=actor, now=now)
        purchase = purchases.get(purchase_id)
    if purchase.state != State.PENDING_PAYMENT:
        raise WrongState(_("This order is not waiting for a payment."), state=purchase.state)
    return purchase


def _has_run_out(purchase: Purchase, now: dt.datetime) -> bool:
    return purchase.session_expires_at is None or purchase.session_expires_at <= now


def _start_again(purchase_id: uuid.UUID, *, site: Site, actor: Actor, now: dt.datetime) -> None:
    """Another attempt at the same terms, if they still hold. Raises PriceChanged, NoSuchOffer, NotForYou."""
    with transaction.atomic():
        purchase = locks.purchase(purchase_id)
        if purchase.state not in STARTABLE:
            return
        merchant = Merchant.objects.get(id=purchase.merchant_id)
        if open_offer(item_id=purchase.item_id, merchant=merchant, site=site, now=now).price_id != purchase.price_id:
            raise PriceChanged
        purchase.state, purchase.attempt = State.PENDING_PAYMENT, purchase.attempt + 1
        purchase.session_id = purchase.session_url = ""
        purchase.session_expires_at, purchase.ask_at = None, now + FIRST_ASK
        purchase.save()
        plans.ordered(purchase, actor=actor, now=now)


def _terms(purchase: Purchase) -> dict[str, object]:
    return {"item": purchase.code, "price": purchase.retail, "currency": purchase.currency, **purchase.credits}
