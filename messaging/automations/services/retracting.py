"""Taking back what is queued: for somebody who does not want it any more, or because what sends it was called off.

Consent is asked when a message is queued, and there may be hours between that and its sending. Credit and coupon are
free again.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import QuerySet

from kernel.services import outbox
from messaging import locks, sources
from messaging.choices import CALLED_OFF, State, Type
from messaging.consent.models import OptIn, Suppression
from messaging.consent.queries import register
from messaging.models import Message
from messaging.services import outcomes, queue
from tenants.walls import current_site

OFF = "automation.called_off"
LOOK_AGAIN = dt.timedelta(minutes=1)
PORTION = 500  # far more than one person ever has waiting


def after_stop(suppression_id: uuid.UUID, *, now: dt.datetime) -> int:
    """The number was stopped: nothing goes there but what the person asked for. How many were taken back."""
    stop = Suppression.objects.filter(id=suppression_id, resumed_at=None).first()
    if stop is None:
        return 0  # resumed meanwhile
    waiting = Message.objects.filter(recipient=stop.phone_index).exclude(trigger__in=queue.ASKED_FOR)
    return _take_back(waiting, "not_wanted", now)


def after_withdrawal(optin_id: uuid.UUID, *, now: dt.datetime) -> int:
    """One merchant may not write any more: its own BI messages are taken back. How many were."""
    found = OptIn.objects.get(id=optin_id)
    if register.may_write(found.merchant_id, [found.customer_id]):
        return 0  # agreed again meanwhile
    waiting = Message.objects.filter(merchant_id=found.merchant_id, customer_id=found.customer_id, type=Type.BI)
    return _take_back(waiting, "not_wanted", now)


def after_calling_off(source_id: uuid.UUID, *, now: dt.datetime) -> int:
    """A campaign was cancelled, or an automation switched off: a portion of what it has queued is taken back. How many.

    Where there is more, another portion follows; where a sender has some in its hands, another look: what it cannot
    send it puts back.
    """
    if not sources.resting([source_id]):
        return 0  # switched on again meanwhile
    waiting = Message.objects.filter(automation_id=source_id)
    done = _take_back(waiting, CALLED_OFF, now)
    if waiting.filter(state=State.QUEUED).exists():
        call_off(source_id, now=now)
    elif waiting.filter(state=State.SENDING).exists():
        call_off(source_id, now=now, due_at=now + LOOK_AGAIN)
    return done


def call_off(source_id: uuid.UUID, *, now: dt.datetime, due_at: dt.datetime | None = None) -> None:
    """Have it taken back what this automation or campaign has queued. In the transaction that stops it."""
    outbox.emit(OFF, site_id=current_site().id, now=now, due_at=due_at, source_id=str(source_id))


def _take_back(waiting: QuerySet[Message], why: str, now: dt.datetime) -> int:
    done = 0
    for message_id in waiting.filter(state=State.QUEUED).order_by("id").values_list("id", flat=True)[:PORTION]:
        with transaction.atomic():
            message = locks.message(message_id)
            if message.state == State.QUEUED:
                outcomes.failed(message, error=why, now=now, state=State.CANCELLED)
                done += 1
    return done
