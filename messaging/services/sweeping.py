"""What nobody finished: messages that a dead process was sending, those that are no longer worth sending, and those of
which nobody knows what became: people are told of them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q

from kernel.services import outbox
from messaging import locks
from messaging.choices import NEVER_POSTED, State, Trigger
from messaging.models import Message
from messaging.services import outcomes
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")
# Longer than a round may take whose pictures are all slow to draw and whose requests all run into their time limit.
SENDING_FOR = dt.timedelta(minutes=10)
# Meta tries to deliver for a month at most; what was never told of by then was not delivered.
ACCEPTED_FOR = dt.timedelta(days=31)
# What became of a code that nobody can use any more is no question for a person.
CODE_UNKNOWN_FOR = dt.timedelta(hours=1)
CHUNK = 200
# Most statuses come within seconds: what an hour has not settled waits for a person.
TELL_AFTER, TELL_AGAIN = dt.timedelta(hours=1), dt.timedelta(days=1)
MERCHANT_HAS_UNKNOWN, SITE_HAS_UNKNOWN = "message.unknown", "message.unknown_on_site"


def sweep(*, now: dt.datetime) -> int:
    """Mark what a dead process left as unknown, and end what is too old. Returns how many; repeat until 0.

    An ended one whose status still comes is charged then, like any that was released.
    """
    left = _overdue(State.SENDING, "claimed_at", now - SENDING_FOR)
    for message_id in left:
        outcomes.unknown(message_id, now=now)
    if left:
        log.warning("messages with an unknown outcome", count=len(left))
    old = _overdue(State.QUEUED, "expires_at", now)
    codes = _overdue(State.UNKNOWN, "expires_at", now - CODE_UNKNOWN_FOR, trigger=Trigger.CODE)
    silent = _overdue(State.ACCEPTED, "expires_at", now - ACCEPTED_FOR)
    for message_id in old:
        _end(message_id, State.QUEUED, "expired", now)
    for message_id in codes:
        _end(message_id, State.UNKNOWN, "expired", now)
    for message_id in silent:
        _end(message_id, State.ACCEPTED, "never_told", now)
    return len(left) + len(old) + len(codes) + len(silent)


def tell(*, now: dt.datetime) -> int:
    """Have merchants and the site's staff told of messages whose outcome stays unknown; how many messages.

    Each message once, and nobody more than once a day: what comes up meanwhile is told of a day later.
    """
    if Message.objects.filter(told_at__gt=now - TELL_AGAIN).exists():
        return 0
    with transaction.atomic():
        # Whoever is second finds them told of: rows that another one changes are waited for and looked at again.
        late = Message.objects.filter(state=State.UNKNOWN, claimed_at__lt=now - TELL_AFTER)
        # Codes end by themselves. What was told of is told of again only where it was sent again since.
        late = late.exclude(trigger=Trigger.CODE).filter(Q(told_at=None) | Q(told_at__lt=F("claimed_at")))
        merchants = set(late.order_by().values_list("merchant_id", flat=True).distinct())
        told = late.update(told_at=now)
        if not told:
            return 0
        site_id = current_site().id
        for merchant_id in sorted(merchants - {None}, key=str):
            outbox.emit(MERCHANT_HAS_UNKNOWN, site_id=site_id, now=now, merchant_id=str(merchant_id))
        outbox.emit(SITE_HAS_UNKNOWN, site_id=site_id, now=now)
    return told


def _overdue(state: State, column: str, before: dt.datetime, **more: Any) -> list[uuid.UUID]:
    rows = Message.objects.filter(state=state, **{f"{column}__lt": before}, **more).order_by(column)
    return list(rows.values_list("id", flat=True)[:CHUNK])


def _end(message_id: uuid.UUID, state: State, why: str, now: dt.datetime) -> None:
    """One message, one transaction: two that wait for each other's coupons and wallets would wait for ever."""
    with transaction.atomic():
        message = locks.message(message_id)
        if message.state == state:
            # For its occasion another one may follow. One that Meta took or judged before had its chance.
            again = why == "expired" and message.occasion_id and not message.attempts
            outcomes.failed(message, error=NEVER_POSTED if again else why, now=now)
