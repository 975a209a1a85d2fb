"""What nobody finished: messages that a dead process was sending, and those that are no longer worth sending."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import transaction

from messaging import locks
from messaging.choices import State
from messaging.services import outcomes

log = structlog.get_logger("couponry.messaging")
# Longer than a request may take, its picture before it.
SENDING_FOR = dt.timedelta(seconds=90)
# Meta tries to deliver for a month at most; what was never told of by then was not delivered.
ACCEPTED_FOR = dt.timedelta(days=31)
CHUNK = 200


def sweep(*, now: dt.datetime) -> int:
    """Mark what a dead process left as unknown, and end what is too old. Returns how many; repeat until 0."""
    with transaction.atomic():
        left = locks.overdue(state=State.SENDING, before=now - SENDING_FOR, limit=CHUNK)
        for message in left:
            outcomes.unknown(message.id, now=now)
    with transaction.atomic():
        old = locks.overdue(state=State.QUEUED, before=now, limit=CHUNK)
        for message in old:
            outcomes.failed(message, error="expired", now=now)
    with transaction.atomic():
        silent = locks.overdue(state=State.ACCEPTED, before=now - ACCEPTED_FOR, limit=CHUNK)
        for message in silent:
            outcomes.failed(message, error="never_told", now=now)
    if left:
        log.warning("messages with an unknown outcome", count=len(left))
    return len(left) + len(old) + len(silent)
