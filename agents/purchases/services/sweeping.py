"""What time causes: asking Stripe about orders that stay open, waiting that has lasted days, plans that end soon."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from agents.payments.services import gateway
from agents.purchases import locks
from agents.purchases.choices import State
from agents.purchases.models import PlanReminder, Purchase
from agents.purchases.services import mails, plans, settling
from kernel.errors import DomainError
from kernel.services import outbox
from merchants.models import Merchant
from tenants.walls import current_site

log = structlog.get_logger("couponry.purchases")
WITHOUT_CHECKOUT = dt.timedelta(hours=24)
TELL_AFTER = dt.timedelta(days=3)
DAYS_BEFORE = (30, 7, 1)


def ask_about_open(*, actor: Actor, now: dt.datetime, limit: int = 100) -> int:
    """Ask Stripe about the orders whose time to ask has come; how many were asked about."""
    due = Purchase.objects.filter(state=State.PENDING_PAYMENT, ask_at__lte=now).order_by("ask_at")
    asked = 0
    for purchase in list(due[:limit]):
        if not purchase.session_id:
            _end_without_checkout(purchase, actor=actor, now=now)
            continue
        try:
            session = gateway.read(purchase.session_id)
            settling.settle(reference=purchase.id, session=session, actor=actor, now=now)
        except DomainError as error:  # keys taken away, or Stripe not answering: later again, and the others now
            log.warning("a purchase could not be asked about", purchase_id=str(purchase.id), code=error.code)
            Purchase.objects.filter(id=purchase.id).update(ask_at=now + settling.ASK_AGAIN)
        asked += 1
    return asked


def tell_of_waiting(*, now: dt.datetime) -> int:
    """After three days of waiting for the agent's wallet everybody is told, once."""
    waiting = Purchase.objects.filter(state=State.PENDING_WALLET, told_at=None, paid_at__lte=now - TELL_AFTER)
    told = 0
    for purchase_id in list(waiting.values_list("id", flat=True)[:500]):
        with transaction.atomic():
            purchase = locks.purchase(purchase_id)
            if purchase.state == State.PENDING_WALLET and purchase.told_at is None:
                purchase.told_at = now
                purchase.save(update_fields=["told_at"])
                mails.announce(mails.STILL_WAITS, purchase, now=now)
                told += 1
    return told


def remind(*, now: dt.datetime) -> int:
    """Remind merchants 30, 7 and 1 days before their annual plan ends: each once, and only the nearest when late."""
    active = Merchant.objects.filter(state=Merchant.State.ACTIVE, plan=Merchant.Plan.ANNUAL)
    soon = active.filter(active_until__gt=now, active_until__lte=now + dt.timedelta(days=max(DAYS_BEFORE)))
    sent = 0
    for merchant_id, until in list(soon.values_list("id", "active_until")):
        assert until is not None
        days = min(day for day in DAYS_BEFORE if until <= now + dt.timedelta(days=day))
        with transaction.atomic():
            reminder, is_new = PlanReminder.objects.get_or_create(
                merchant_id=merchant_id, active_until=until, days=days, defaults={"sent_at": now}
            )
            if is_new:
                outbox.emit(mails.REMINDER, site_id=current_site().id, now=now, reminder_id=str(reminder.id))
                sent += 1
    return sent


def _end_without_checkout(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """An order that never got as far as a checkout is over after a day; nobody can have paid it."""
    with transaction.atomic():
        locked = locks.purchase(purchase.id)
        if locked.session_id or locked.state != State.PENDING_PAYMENT:
            return
        if now < locked.created_at + WITHOUT_CHECKOUT:
            locked.ask_at = locked.created_at + WITHOUT_CHECKOUT
            locked.save(update_fields=["ask_at"])
            return
        locked.state, locked.ask_at = State.EXPIRED, None
        locked.save(update_fields=["state", "ask_at"])
        audit.record("purchase.expired", locked, actor=actor, now=now, after={"state": "expired"})
        plans.let_go(locked, actor=actor, now=now)
