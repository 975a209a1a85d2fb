"""Taking back what is queued for somebody who does not want it any more.

Consent is asked when a message is queued, and there may be hours between that and its sending. Credit and coupon are
free again.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import QuerySet

from messaging import locks
from messaging.choices import State, Type
from messaging.consent.models import OptIn, Suppression
from messaging.consent.queries import register
from messaging.models import Message
from messaging.services import outcomes, queue


def after_stop(suppression_id: uuid.UUID, *, now: dt.datetime) -> int:
    """The number was stopped: nothing goes there but what the person asked for. How many were taken back."""
    stop = Suppression.objects.filter(id=suppression_id, resumed_at=None).first()
    if stop is None:
        return 0  # resumed meanwhile
    waiting = Message.objects.filter(recipient=stop.phone_index).exclude(trigger__in=queue.ASKED_FOR)
    return _take_back(waiting, now)


def after_withdrawal(optin_id: uuid.UUID, *, now: dt.datetime) -> int:
    """One merchant may not write any more: its own BI messages are taken back. How many were."""
    found = OptIn.objects.get(id=optin_id)
    if register.may_write(found.merchant_id, [found.customer_id]):
        return 0  # agreed again meanwhile
    waiting = Message.objects.filter(merchant_id=found.merchant_id, customer_id=found.customer_id, type=Type.BI)
    return _take_back(waiting, now)


def _take_back(waiting: QuerySet[Message], now: dt.datetime) -> int:
    done = 0
    for message_id in waiting.filter(state=State.QUEUED).values_list("id", flat=True):
        with transaction.atomic():
            message = locks.message(message_id)
            if message.state == State.QUEUED:
                outcomes.failed(message, error="not_wanted", now=now, state=State.CANCELLED)
                done += 1
    return done
