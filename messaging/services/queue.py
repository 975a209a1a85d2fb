"""Putting a message into the queue: its row, the hold of its credit, its coupon and the news of it, or none."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from accounts.actors import Actor
from credits.services import holds
from kernel import crypto
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from kernel.services import outbox
from merchants.models import Batch, Coupon, Customer, Merchant
from merchants.services import holding
from messaging import quiet
from messaging.choices import TYPE_OF, Charge, State, Trigger, Type
from messaging.consent.queries import register
from messaging.errors import NoCoupon, NotToCountry, NotWanted, TooLate, WhatsAppOff
from messaging.meta.models import Sender
from messaging.meta.queries import senders
from messaging.models import Message, Switches
from messaging.services import pacing
from tenants.models import Site
from tenants.walls import WallError, current_site, current_wall, wall

DUE = "messages.due"
AGAIN_AFTER = dt.timedelta(minutes=10)  # without an approved text, or while what sends it rests
# Longer than a run takes whose last round runs into all its time limits (sending.ROUND, the client's time-outs).
LIVELY = dt.timedelta(minutes=3)
NEWS_TAKES = dt.timedelta(minutes=10)  # from a post to Meta's word that it was sent: seconds, and on a bad day minutes
SECRET, TO = "message_secret", "message_to"
# How long a message is worth sending. A code is useless soon; an offer two days late is a nuisance.
WORTH_SENDING = {Trigger.CODE: dt.timedelta(minutes=10)}
UI_FOR, BI_FOR = dt.timedelta(hours=24), dt.timedelta(hours=48)
ASKED_FOR = {Trigger.CODE, Trigger.RESEND}
DELIVERIES = {Trigger.CLAIM_CENTRE, Trigger.CLAIM_STORE, Trigger.RESEND}


def enqueue(
    *,
    trigger: Trigger,
    key: str,
    now: dt.datetime,
    actor: Actor,
    customer_id: uuid.UUID | None = None,
    merchant_id: uuid.UUID | None = None,
    coupon_id: uuid.UUID | None = None,
    batch_id: uuid.UUID | None = None,
    automation_id: uuid.UUID | None = None,
    occasion_id: uuid.UUID | None = None,
    campaign_name: str = "",
    secret: str = "",
    phone: str = "",
    purpose: str = "",
    festival: str = "",
    language: str = "",
    not_before: dt.datetime | None = None,
    quiet_hours: quiet.Hours | None = None,
    worth_until: dt.datetime | None = None,
    why: str = "",
    wake: bool = True,
) -> Message:
    """Queue one message, once for each `key`: the same key again answers with the message there is.

    `merchant_id` pays, one credit of the type that `trigger` has; without it the site does, and no credit moves.
    `batch_id` of an automation holds a coupon of it for the customer. `phone` (E.164) is for a test to a typed number,
    `purpose` says whose words it has, else the trigger's; `festival` which one those name; `language` is that of a
    test, else the customer's.
    `quiet_hours` are those of the customer: nothing goes out in them, however late it is by then. From `worth_until` on
    it does not go out at all.
    `why` is a reason that its story begins with.
    `wake=False` leaves it to the caller to call `wake` after many. At level site, or merchant for its own.

    Raises InsufficientCredits, WhatsAppOff (NotToCountry, too), NotWanted, NoCoupon, TooLate; then nothing is left
    behind.
    """
    with at_site(merchant_id) as site, transaction.atomic():
        found = Message.objects.filter(key=key).first()
        if found is not None:
            return found
        sender = _must_be_on(site, trigger, merchant_id)
        customer = Customer.objects.get(id=customer_id) if customer_id else None
        recipient = _recipient(site, customer, phone)
        _must_reach(sender, site, customer, phone)
        _must_be_wanted(trigger, merchant_id, customer_id, recipient)
        due_at = max(now, not_before or now)
        due_at = quiet_hours.next_allowed(due_at) if quiet_hours else due_at
        if worth_until and due_at >= worth_until:
            raise TooLate
        message = Message(
            id=uuid7(), merchant_id=merchant_id, payer=merchant_id or site.id, customer=customer, trigger=trigger,
            type=TYPE_OF[trigger], charge=Charge.HELD if merchant_id else Charge.NONE,
            language=language or (customer.language if customer else site.language), purpose=purpose,
            festival=festival, key=key,
            automation_id=automation_id, occasion_id=occasion_id, label=campaign_name[:120], recipient=recipient,
            to_sealed=crypto.seal(phone, site_id=site.id, field=TO) if phone else "",
            secret_sealed=crypto.seal(secret, site_id=site.id, field=SECRET) if secret else "", created_at=now,
            due_at=due_at, expires_at=due_at, history=[[now.isoformat(), str(State.QUEUED), why or _by(actor)]],
            **_kept(quiet_hours),
        )  # fmt: skip
        # First, and waiting for whoever writes the same key just now: then all of this is done already.
        Message.objects.bulk_create([message], ignore_conflicts=True)
        if not Message.objects.filter(id=message.id).exists():
            return Message.objects.get(key=key)
        _give_coupon(message, coupon_id, batch_id, now)
        message.expires_at = min(filter(None, [_worth_until(message), worth_until]))
        message.save(update_fields=["coupon", "batch", "expires_at"])
        if merchant_id:
            # Last: the wallet is the row that others wait for.
            holds.hold(hold_id=message.id, merchant_id=merchant_id, unit=message.type, amount=1, now=now)
        if wake:
            outbox.emit(DUE, site_id=site.id, now=now, due_at=due_at)
    return message


def requeue(message: Message, *, actor: Actor, now: dt.datetime) -> None:
    """Queue a customer's message that was never sent for want of a credit, as `enqueue` would now.

    The caller holds its lock, in a transaction at level site, and wakes the queue. Raises InsufficientCredits,
    WhatsAppOff, NotToCountry, NotWanted.
    """
    assert message.merchant_id
    site, trigger = current_site(), Trigger(message.trigger)
    sender = _must_be_on(site, trigger, message.merchant_id)
    recipient = _recipient(site, message.customer, "")
    _must_reach(sender, site, message.customer, "")
    _must_be_wanted(trigger, message.merchant_id, message.customer_id, recipient)
    message.state, message.charge, message.error, message.due_at = State.QUEUED, Charge.HELD, "", now
    message.expires_at = _worth_until(message)
    message.history.append([now.isoformat(), str(State.QUEUED), _by(actor)])
    message.save()
    holds.hold(hold_id=message.id, merchant_id=message.merchant_id, unit=message.type, amount=1, now=now)


def wake(*, now: dt.datetime, due_at: dt.datetime | None = None) -> None:
    """Have the queue of the open site looked at, now or at `due_at`; one call, however often this is asked for."""
    due_at = due_at or now
    if not _calls().filter(relayed_at=None, due_at__lte=due_at).exists():
        outbox.emit(DUE, site_id=current_site().id, now=now, due_at=due_at)


def bring_forward(*, source_id: uuid.UUID, merchant_id: uuid.UUID, now: dt.datetime) -> int:
    """An automation or campaign goes on: what was put off while it rested is looked at now; how many.

    At level site, or merchant for its own.
    """
    with at_site(merchant_id), transaction.atomic():
        waiting = Message.objects.filter(automation_id=source_id, state=State.QUEUED)
        # Whatever was posted once has its moment from Meta's answer.
        found = waiting.filter(attempts=0, due_at__gt=now, due_at__lte=now + AGAIN_AFTER).update(due_at=now)
        if found:
            outbox.emit(DUE, site_id=current_site().id, now=now)
    return found


def runs(*, now: dt.datetime, before: OutboxEvent | None = None) -> int:
    """How many calls are sending from the queue just now, or are about to; with `before`, of those earlier than it.

    Each one that is needed calls its follower, so without a bound a backlog's callers would take every worker there is.
    A call that was handed over long ago waits in a long line, or died with its worker: it does not count.
    """
    lately = Q(relayed_at=None) | Q(relayed_at__gt=now - LIVELY)
    found = _calls().filter(lately, done_at=None, due_at__lte=now)
    return (found.filter(id__lt=before.id) if before else found).count()


def _calls() -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(site_id=current_site().id, topic=DUE)


def wake_when_due(*, now: dt.datetime) -> None:
    """Have it looked at again when the next message becomes due, if any does; one event, however often this is called.

    What is due already and could not go (a number that is paused, a day's people used up) waits for the clock's next
    look; what Meta's trouble holds up, for the end of the number's rest.
    """
    sender = senders.mine()
    if sender is not None and pacing.rests(sender, now=now):
        wake(now=now, due_at=sender.rests_until)
        return
    due_at = Message.objects.filter(state=State.QUEUED, due_at__gt=now).aggregate(at=Min("due_at"))["at"]
    if due_at is not None:
        wake(now=now, due_at=due_at)


@contextmanager
def at_site(merchant_id: uuid.UUID | None) -> Iterator[Site]:
    """Run the block at level site. Level merchant steps up for its own merchant only: raises WallError else."""
    found = current_wall()
    if found is None or found.level not in {"site", "merchant"}:
        raise WallError("messages are queued at level merchant or site")
    if found.level == "merchant" and str(merchant_id) != found.merchant:
        raise WallError("a merchant queues its own messages only")
    site = current_site()
    with wall(site, "site") if found.level == "merchant" else nullcontext():
        yield site


def _must_be_on(site: Site, trigger: Trigger, merchant_id: uuid.UUID | None) -> Sender:
    """The number that will send it."""
    sender = senders.switched_on()
    if not site.is_open or sender is None:
        raise WhatsAppOff
    if merchant_id is None or trigger == Trigger.CODE:
        return sender
    if not Merchant.objects.filter(id=merchant_id, state=Merchant.State.ACTIVE).exists():
        raise WhatsAppOff
    if trigger in DELIVERIES and Switches.objects.filter(merchant_id=merchant_id, delivery=False).exists():
        raise WhatsAppOff
    return sender


def _must_reach(sender: Sender, site: Site, customer: Customer | None, phone: str) -> None:
    """Each number sends to some countries only; nothing is queued for others."""
    if not phone and customer is not None:
        phone = crypto.open_sealed(customer.phone_sealed, site_id=site.id, field="phone")
    if not sender.reaches(phone):
        raise NotToCountry


def _must_be_wanted(
    trigger: Trigger, merchant_id: uuid.UUID | None, customer_id: uuid.UUID | None, recipient: bytes
) -> None:
    """STOP holds for everything but what the person asks for now; BI messages need that merchant's own opt-in."""
    if trigger in ASKED_FOR:
        return
    if register.is_stopped(recipient):
        raise NotWanted
    if TYPE_OF[trigger] == Type.UI or trigger == Trigger.TEST:
        return
    if merchant_id is None or customer_id is None or not register.may_write(merchant_id, [customer_id]):
        raise NotWanted


def _kept(hours: quiet.Hours | None) -> dict[str, Any]:
    return {"quiet_zone": hours.zone, "quiet_from": hours.start, "quiet_to": hours.end} if hours else {}


def _by(actor: Actor) -> str:
    """Who pressed the button, where a person of ours did."""
    return actor.label if actor.kind in {"merchant", "staff"} else ""


def _recipient(site: Site, customer: Customer | None, phone: str) -> bytes:
    if phone:
        return crypto.keyed_index(phone, site_id=site.id, field="phone")
    if customer is None or customer.erased_at is not None:
        raise NotWanted
    return bytes(customer.phone_index)


def _give_coupon(message: Message, coupon_id: uuid.UUID | None, batch_id: uuid.UUID | None, now: dt.datetime) -> None:
    """Note the coupon that the message is about, or hold one of the batch for its customer."""
    if coupon_id:
        message.coupon = Coupon.objects.get(id=coupon_id)
        message.batch_id = message.coupon.batch_id
    elif batch_id:
        message.batch_id = batch_id
        if message.trigger == Trigger.TEST or message.customer_id is None:
            return
        try:
            message.coupon = holding.hold(batch_id=batch_id, customer_id=message.customer_id, now=now)
        except holding.NothingToHold as error:
            raise NoCoupon(error.outcome) from error


def _worth_until(message: Message) -> dt.datetime:
    span = WORTH_SENDING.get(Trigger(message.trigger), UI_FOR if message.type == Type.UI else BI_FOR)
    until = message.due_at + span
    if message.coupon and message.coupon.state == Coupon.State.HELD:
        # Once its batch has run out, a held coupon is gone: no message may promise it, and Meta's news of it has to
        # come before.
        ends_at = Batch.objects.values_list("claim_until", flat=True).get(id=message.coupon.batch_id)
        until = min(until, ends_at - NEWS_TAKES)
    elif message.coupon and message.coupon.use_until:
        until = min(until, message.coupon.use_until)
    return until
