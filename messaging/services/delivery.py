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
from messaging.choices import Trigger
from messaging.errors import NotWanted, WhatsAppOff
from messaging.meta.queries import senders
from messaging.models import Message, Switches
from messaging.services import pictures, queue, unsent
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
    except (InsufficientCredits, NotWanted) as error:
        why = "stopped" if isinstance(error, NotWanted) else "no_credits"
        unsent.keep(
            trigger=trigger, key=key, customer=coupon.customer, merchant_id=coupon.merchant_id, coupon=coupon, why=why,
            now=now,
        )  # fmt: skip
        return None


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


def switch(*, merchant_id: uuid.UUID, delivery: bool, actor: Actor, now: dt.datetime) -> None:
    """Switch delivery on or off. At level merchant or site."""
    with transaction.atomic():
        row, _made = Switches.objects.update_or_create(
            merchant_id=merchant_id, defaults={"delivery": delivery, "changed_at": now}
        )
        audit.record("whatsapp.switch", row, actor=actor, now=now, after={"delivery": delivery})
