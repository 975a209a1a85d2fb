"""What nobody finished: messages that a dead process was sending, and those that are no longer worth sending."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction

from messaging import locks
from messaging.choices import State
from messaging.models import Message
from messaging.services import outcomes

log = structlog.get_logger("couponry.messaging")
# Longer than a request may take, its picture before it.
SENDING_FOR = dt.timedelta(seconds=90)
# Meta tries to deliver for a month at most; what was never told of by then was not delivered.
ACCEPTED_FOR = dt.timedelta(days=31)
CHUNK = 200


def sweep(*, now: dt.datetime) -> int:
    """Mark what a dead process left as unknown, and end what is too old. Returns how many; repeat until 0."""
    left = _overdue(State.SENDING, "claimed_at", now - SENDING_FOR)
    for message_id in left:
        outcomes.unknown(message_id, now=now)
    if left:
        log.warning("messages with an unknown outcome", count=len(left))
    old = _overdue(State.QUEUED, "expires_at", now)
    silent = _overdue(State.ACCEPTED, "expires_at", now - ACCEPTED_FOR)
    for message_id in old:
        _end(message_id, State.QUEUED, "expired", now)
    for message_id in silent:
        _end(message_id, State.ACCEPTED, "never_told", now)
    return len(left) + len(old) + len(silent)


def _overdue(state: State, column: str, before: dt.datetime) -> list[uuid.UUID]:
    rows = Message.objects.filter(state=state, **{f"{column}__lt": before}).order_by(column)
    return list(rows.values_list("id", flat=True)[:CHUNK])


def _end(message_id: uuid.UUID, state: State, why: str, now: dt.datetime) -> None:
    """One message, one transaction: two that wait for each other's coupons and wallets would wait for ever."""
    with transaction.atomic():
        message = locks.message(message_id)
        if message.state == state:
            outcomes.failed(message, error=why, now=now)
