"""What arrives from outside and from the clock: each is one call of a service."""

from __future__ import annotations

import datetime as dt
import random
import time
import uuid

import structlog
from celery import shared_task

from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from kernel.services import outbox
from merchants.services import generation
from messaging.meta.models import Arrival
from messaging.meta.queries import senders
from messaging.meta.services import inbox
from messaging.services import delivery, health, inbound, mails, pacing, queue, sending, statuses, sweeping
from tenants.tasks import SiteTask

TAKEN = "coupon.taken"
OBEYED = "whatsapp.obeyed"
RUN_FOR = 3.0  # seconds: another site's claim waits no longer than that for a worker
_chance = random.SystemRandom().random
log = structlog.get_logger("couponry.messaging")


def send_some(*, seconds: float = 0.0) -> bool:
    """Send what is due for so long, a round at least; whether something is left."""
    left = sending.run(sending.Tools(clock=clock.now, random=_chance, sleep=time.sleep), seconds=seconds)
    queue.wake_when_due(now=clock.now())
    return left


def look() -> None:
    """A round; the rest is the queue's."""
    if send_some():
        queue.wake(now=clock.now())


def send_now() -> None:
    """A round at once, for whoever waits at a screen: what they asked for goes first.

    Where as many as needed send already, they do: however many ask, and however slow Meta is, others have workers too.
    """
    if queue.runs(now=clock.now()) >= pacing.runs_needed(senders.mine()):
        queue.wake(now=clock.now())
    else:
        look()


@handles(TAKEN)
def deliver_coupon(event: OutboxEvent, now: dt.datetime) -> None:
    """A claim: its message is queued, and goes out at once."""
    if delivery.on_taken(coupon_id=uuid.UUID(event.payload["coupon_id"]), now=now):
        send_now()


@handles(generation.MADE)
def prepare_picture(event: OutboxEvent, now: dt.datetime) -> None:
    """A new batch: its first customer does not wait for its picture."""
    delivery.prepare(batch_id=uuid.UUID(event.payload["batch_id"]))


@handles(queue.DUE)
def send_due(event: OutboxEvent, now: dt.datetime) -> None:
    """The queue's own run: a few seconds, then another event, so that other sites come in between.

    Where as many as the number's speed needs are at it, one more looks once (a run may have died with its worker), and
    all others come back when their time is over.
    """
    ahead, needed = queue.runs(now=now, before=event), pacing.runs_needed(senders.mine())
    if ahead > needed or send_some(seconds=0 if ahead == needed else RUN_FOR):
        # Whoever is at it now may be at its end.
        again_at = clock.now() + dt.timedelta(seconds=RUN_FOR if ahead >= needed else 0)
        queue.wake(now=clock.now(), due_at=again_at)


@handles(inbox.ARRIVED)
def take_arrival(event: OutboxEvent, now: dt.datetime) -> None:
    """One webhook's messages, switches and statuses. Safe to repeat: a status that fails is tried again with all."""
    arrival = Arrival.objects.filter(id=event.payload["arrival_id"], handled_at=None).first()
    if arrival is None:
        return
    items = inbox.open_items(arrival)
    # What people want comes before the news of messages, and one message's trouble keeps no other's news waiting.
    obeyed = [place for place, message in enumerate(items.messages) if inbound.receive(message, now=now)]
    for said in items.preferences:
        inbound.prefer(said, now=now)
    failed: list[Exception] = []
    for status in items.statuses:
        try:
            statuses.apply(status, now=now, random=_chance)
        except Exception as error:
            failed.append(error)
    if failed:
        log.error("news of messages not taken", arrival_id=str(arrival.id), failed=len(failed))
        raise failed[0]
    inbox.done(arrival.id, now)
    if obeyed:
        outbox.emit(OBEYED, site_id=arrival.site_id, now=now, arrival_id=str(arrival.id), places=obeyed)


@handles(OBEYED)
def show_read(event: OutboxEvent, now: dt.datetime) -> None:
    """STOP or START was obeyed: the sender of it sees that it was read."""
    arrival = Arrival.objects.filter(id=event.payload["arrival_id"]).first()
    if arrival is None:
        return
    messages = inbox.open_items(arrival).messages
    for place in event.payload["places"]:
        inbound.show_read(messages[place])


@handles(sweeping.MERCHANT_HAS_UNKNOWN)
def tell_merchant_of_unknown(event: OutboxEvent, now: dt.datetime) -> None:
    mails.unknown_of_merchant(uuid.UUID(event.payload["merchant_id"]))


@handles(sweeping.SITE_HAS_UNKNOWN)
def tell_site_of_unknown(event: OutboxEvent, now: dt.datetime) -> None:
    mails.unknown_of_site()


@shared_task(base=SiteTask, name="messaging.send")
def send() -> None:
    """Messages whose time has come: those put off, and those whose event was lost."""
    look()


@shared_task(base=SiteTask, name="messaging.sweep")
def sweep() -> None:
    """What nobody finished, whom to tell of it, and to how many people the site wrote: other sites' shares need it."""
    while sweeping.sweep(now=clock.now()):
        pass
    sweeping.tell(now=clock.now())
    inbound.forget(now=clock.now())
    health.keep(now=clock.now())
    sender = senders.mine()
    if sender is not None and sender.users_per_day is not None:
        pacing.count_people(sender, now=clock.now())
