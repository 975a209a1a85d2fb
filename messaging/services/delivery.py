"""Coupons by WhatsApp: at the claim, and again when the customer asks."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction

from accounts.actors import Actor, system
from accounts.services import audit
from credits.errors import InsufficientCredits
from kernel.errors import DomainError
from kernel.ids import uuid7
from merchants.models import Batch, Coupon
from messaging.choices import TYPE_OF, State, Trigger
from messaging.errors import NotWanted, WhatsAppOff
from messaging.meta.queries import senders
from messaging.models import Message, Switches
from messaging.services import pictures, queue
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
ACTOR = system("claim")
# Whoever took a coupon before a long outage has found it on screen by now.
STALE = dt.timedelta(hours=24)
# A till hands the coupon over itself, and a merchant's own system has its own ways.
TRIGGER_OF = {
    Coupon.Source.CENTRE: Trigger.CLAIM_CENTRE, Coupon.Source.IN_STORE: Trigger.CLAIM_STORE,
    Coupon.Source.PRINTED: Trigger.CLAIM_STORE, Coupon.Source.WHEEL: Trigger.CLAIM_STORE,
}  # fmt: skip


def on_taken(*, coupon_id: uuid.UUID, now: dt.datetime) -> Message | None:
    """Queue the message of a claim; None where nothing is to be sent. Safe to repeat."""
    coupon = Coupon.objects.filter(id=coupon_id, state=Coupon.State.TAKEN).select_related("customer").first()
    if coupon is None or coupon.customer is None or coupon.taken_at is None or coupon.taken_at < now - STALE:
        return None
    trigger = TRIGGER_OF.get(Coupon.Source(coupon.source))
    if trigger is None:
        return None
    key = f"claim:{coupon.id}"
    try:
        return queue.enqueue(
            trigger=trigger, key=key, customer_id=coupon.customer_id, merchant_id=coupon.merchant_id,
            coupon_id=coupon.id, now=now, actor=ACTOR, wake=False,
        )  # fmt: skip
    except WhatsAppOff:
        return None
    except InsufficientCredits:
        return _not_sent(coupon, trigger, key, "no_credits", now)
    except NotWanted:
        return _not_sent(coupon, trigger, key, "stopped", now)


def prepare(*, batch_id: uuid.UUID) -> None:
    """A batch was made: lay its picture out, where claims of it will be followed by messages."""
    batch = Batch.objects.filter(id=batch_id).select_related("merchant").first()
    if batch is None or batch.print_quantity >= batch.quantity or not senders.is_on():
        return  # what is all on paper is never sent
    try:
        pictures.sheet(batch, batch.merchant, current_site())
    except DomainError as error:
        log.warning("coupon not drawn", batch_id=str(batch_id), code=error.code)


def send_again(*, coupon_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Message:
    """The customer asks for the coupon once more. At level site, after the proof.

    Raises WhatsAppOff, InsufficientCredits, NotWanted.
    """
    coupon = Coupon.objects.get(id=coupon_id)
    return queue.enqueue(
        trigger=Trigger.RESEND, key=f"resend:{coupon.id}:{uuid7()}", customer_id=coupon.customer_id,
        merchant_id=coupon.merchant_id, coupon_id=coupon.id, now=now, actor=actor,
    )  # fmt: skip


def _not_sent(coupon: Coupon, trigger: Trigger, key: str, why: str, now: dt.datetime) -> Message | None:
    """Keep in the log that a claim went without its message, and why. No credit moves."""
    assert coupon.customer
    row = Message(
        merchant_id=coupon.merchant_id, payer=coupon.merchant_id, customer=coupon.customer, coupon=coupon,
        batch_id=coupon.batch_id, trigger=trigger, type=TYPE_OF[trigger], state=State.CANCELLED, key=key,
        language=coupon.customer.language, recipient=coupon.customer.phone_index, created_at=now, due_at=now,
        expires_at=now, error=why, history=[[now.isoformat(), str(State.CANCELLED), why]],
    )  # fmt: skip
    Message.objects.bulk_create([row], ignore_conflicts=True)
    return None


def switch(*, merchant_id: uuid.UUID, delivery: bool, actor: Actor, now: dt.datetime) -> None:
    """Switch delivery on or off. At level merchant or site."""
    with transaction.atomic():
        row, _made = Switches.objects.update_or_create(
            merchant_id=merchant_id, defaults={"delivery": delivery, "changed_at": now}
        )
        audit.record("whatsapp.switch", row, actor=actor, now=now, after={"delivery": delivery})
