"""UI credits are used up: the merchant is told, and what went out without WhatsApp can be sent once there are some.

A claim that had no credit left its message in the log, never sent. What is sent now is that same message, with its
trigger and so its type: it goes once, however often it is asked for.
"""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from credits.errors import InsufficientCredits
from kernel import crypto
from kernel.errors import DomainError
from kernel.handlers import handles
from kernel.models import Job, OutboxEvent
from kernel.services import jobs, outbox
from merchants.services.generation import LAST_TRY
from messaging import locks
from messaging.choices import NO_CREDITS, STOPPED, State
from messaging.errors import NotToCountry, NotWanted, Unreadable, WhatsAppOff
from messaging.models import Message, Switches
from messaging.queries import unpaid
from messaging.services import mails, queue
from tenants.walls import current_site

JOB = "messages.unpaid"
TOPIC = "whatsapp.no_ui_credits"
TELL_AGAIN = dt.timedelta(days=1)
PORTION, MOST = 100, 5_000  # messages an event, and a job
NEVER = (NotToCountry, NotWanted, Unreadable)  # whatever credits there are
log = structlog.get_logger("couponry.messaging")


def tell(merchant_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Have the owners told by mail that a coupon went out without WhatsApp, once a day at most. In a transaction."""
    fresh = {"changed_at": now, "no_credits_told_at": now}
    _row, is_new = Switches.objects.get_or_create(merchant_id=merchant_id, defaults=fresh)
    due = Q(no_credits_told_at=None) | Q(no_credits_told_at__lte=now - TELL_AGAIN)
    if is_new or Switches.objects.filter(due, merchant_id=merchant_id).update(no_credits_told_at=now):
        outbox.emit(TOPIC, site_id=current_site().id, now=now, merchant_id=str(merchant_id))


@handles(TOPIC)
def mail_owners(event: OutboxEvent, now: dt.datetime) -> None:
    mails.no_ui_credits(uuid.UUID(event.payload["merchant_id"]), now=now)


def send_one(message_id: uuid.UUID, *, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> bool:
    """Send one of them; False: it is sent already, or its coupon is used. At level merchant.

    Raises NotAllowed, InsufficientCredits, WhatsAppOff, NotToCountry, NotWanted, Unreadable.
    """
    must(actor, "message.send")
    with queue.at_site(merchant_id):
        if not unpaid.waiting(now=now).filter(id=message_id, merchant_id=merchant_id).exists():
            return False
        try:
            with transaction.atomic():
                message = _queued(message_id, actor, now)
                if message is None:
                    return False
                audit.record("message.send", message, actor=actor, now=now)
        except NEVER as refused:
            _given_up(message_id, refused)
            raise
        queue.wake(now=now)
    return True


def send_all(*, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Job | None:
    """Send all of them by a job, up to MOST; the one under way where there is one; None: nothing waits.

    At level merchant. Raises NotAllowed.
    """
    must(actor, "message.send")
    with queue.at_site(merchant_id) as site, transaction.atomic():
        at_work = Job.objects.filter(
            kind=JOB, merchant_id=merchant_id, site_id=site.id, state__in=[Job.State.QUEUED, Job.State.RUNNING]
        ).first()
        total = min(MOST, unpaid.waiting(now=now).filter(merchant_id=merchant_id).count())
        if at_work or not total:
            return at_work
        job = jobs.start(
            JOB, title=_("Sending coupons that went out without WhatsApp"), site_id=site.id, merchant_id=merchant_id,
            actor_id=actor.id, now=now, total=total, by=actor.label,
        )  # fmt: skip
        audit.record("message.send_all", job, actor=actor, now=now, after={"messages": total})
    return job


@handles(f"job.{JOB}")
def send_portion(event: OutboxEvent, now: dt.datetime) -> None:
    """Queue the next ones, and have the portion after called. Safe to run twice, or by two workers at once."""
    job = Job.objects.get(id=event.payload["job_id"])
    if job.is_over:
        return
    if job.cancel_requested:
        jobs.cancelled(job, now=now)
        return
    try:
        _send(event, job, now)
    except Exception:
        if event.attempts >= LAST_TRY:
            jobs.fail(job, error=_("Sending failed. Try again: it goes on where it stopped."), now=now)
        raise


def _send(event: OutboxEvent, job: Job, now: dt.datetime) -> None:
    done, error = job.done, ""
    for message_id in _portion(job, now):
        try:
            done += _queued(message_id, Actor("merchant", job.params["by"]), now) is not None
        except InsufficientCredits:
            error = _("The WhatsApp UI credits are used up. Buy more, then send the rest.")
        except NEVER as refused:
            _given_up(message_id, refused)
        except WhatsAppOff as refused:
            error = str(refused)
        if error:
            break
    queue.wake(now=now)
    jobs.progress(job, done=min(done, job.total), step=_("Queueing messages"), now=now)
    if error:
        jobs.fail(job, error=error, now=now)
    elif done < job.total and _portion(job, now):
        outbox.emit(event.topic, site_id=event.site_id, now=now, job_id=str(job.id))
    else:
        jobs.finish(job, now=now, result="/merchant/messages/")


def _portion(job: Job, now: dt.datetime) -> list[uuid.UUID]:
    """The oldest first."""
    assert job.merchant_id
    rows = unpaid.waiting(now=now).filter(merchant_id=job.merchant_id).order_by("created_at", "id")
    return list(rows.values_list("id", flat=True)[:PORTION])


def _queued(message_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Message | None:
    """One of them, queued; None where another one was faster. Raises Unreadable, and what `queue.requeue` does."""
    with transaction.atomic():
        message = locks.message(message_id)
        # Asked again behind the lock: the customer may have asked for it meanwhile, or used it.
        if not unpaid.waiting(now=now).filter(id=message_id).exists():
            return None
        try:
            queue.requeue(message, actor=actor, now=now)
        except crypto.CannotOpen as error:
            raise Unreadable from error
    return message


def _given_up(message_id: uuid.UUID, refused: DomainError) -> None:
    """It cannot be sent any more, credits or not: it stands in the log with that reason."""
    why = STOPPED if isinstance(refused, NotWanted) else refused.code  # as a claim says it
    if isinstance(refused, Unreadable):
        log.error("the number of a customer could not be read", message_id=str(message_id))
    Message.objects.filter(id=message_id, state=State.CANCELLED, error=NO_CREDITS).update(error=why)
