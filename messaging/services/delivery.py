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
from merchants.models import Batch, Coupon
from messaging.choices import NO_CREDITS, STOPPED, Trigger
from messaging.errors import NotWanted, OnItsWay, WhatsAppOff
from messaging.meta.queries import senders
from messaging.models import Message, Switches
from messaging.queries import arrival
from messaging.services import pictures, queue, unpaid, unsent
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
ACTOR = system("claim")
# Whoever took a coupon before a long outage has found it on screen by now.
STALE = dt.timedelta(hours=24)


def on_taken(*, coupon_id: uuid.UUID, now: dt.datetime) -> Message | None:
    """Queue the message of a claim; None where nothing is to be sent. Safe to repeat."""
    coupon = Coupon.objects.filter(id=coupon_id, state=Coupon.State.TAKEN).select_related("customer").first()
    if coupon is None or coupon.customer is None or coupon.taken_at is None or coupon.taken_at < now - STALE:
        return None
    trigger = arrival.TRIGGER_OF.get(Coupon.Source(coupon.source))
    if trigger is None:
        return None
    found = arrival.messages_of(coupon).first()
    if found is not None:
        return found  # this one, or what the customer asked for while this waited
    key = f"claim:{coupon.id}"
    try:
        return queue.enqueue(
            trigger=trigger, key=key, customer_id=coupon.customer_id, merchant_id=coupon.merchant_id,
            coupon_id=coupon.id, now=now, actor=ACTOR, wake=False,
        )  # fmt: skip
    except WhatsAppOff:
        return None
    except (InsufficientCredits, NotWanted) as error:
        why = STOPPED if isinstance(error, NotWanted) else NO_CREDITS
        with transaction.atomic():
            unsent.keep(
                trigger=trigger, key=key, customer=coupon.customer, merchant_id=coupon.merchant_id, coupon=coupon,
                why=why, now=now,
            )  # fmt: skip
            if why == NO_CREDITS:
                unpaid.tell(coupon.merchant_id, now=now)
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
    """The customer asks for the coupon once more. At level site, after the proof. Two presses at once are one message.

    Raises OnItsWay, WhatsAppOff, InsufficientCredits, NotWanted.
    """
    coupon = Coupon.objects.select_related("customer").get(id=coupon_id)
    # Counted before the look: whoever presses at the same moment counts the same, and so writes the same key.
    before = Message.objects.filter(coupon_id=coupon.id, trigger=Trigger.RESEND).count()
    if arrival.is_under_way(coupon, now=now):
        raise OnItsWay
    return queue.enqueue(
        trigger=Trigger.RESEND, key=f"resend:{coupon.id}:{before + 1}", customer_id=coupon.customer_id,
        merchant_id=coupon.merchant_id, coupon_id=coupon.id, now=now, actor=actor,
    )  # fmt: skip


def switch(*, merchant_id: uuid.UUID, delivery: bool, actor: Actor, now: dt.datetime) -> None:
    """Switch delivery on or off. At level merchant or site."""
    with transaction.atomic():
        row, _made = Switches.objects.update_or_create(
            merchant_id=merchant_id, defaults={"delivery": delivery, "changed_at": now}
        )
        audit.record("whatsapp.switch", row, actor=actor, now=now, after={"delivery": delivery})
