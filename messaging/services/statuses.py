"""What Meta tells about messages that it took: in any order, twice, late."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction

from messaging import locks
from messaging.choices import State
from messaging.errors import NoSuchMessage
from messaging.meta.choices import verdict_of
from messaging.meta.news import Status
from messaging.models import Message
from messaging.services import outcomes

log = structlog.get_logger("couponry.messaging")
STATES = {"sent": State.SENT, "delivered": State.DELIVERED, "read": State.READ}


def apply(status: Status, *, now: dt.datetime, random: outcomes.Random) -> bool:
    """Move a message as far as `status` says; False for a message or a word that is not ours.

    Our own id comes back with each status, so it is found even when its answer never reached us.
    """
    state = STATES.get(status.status)
    if state is None and status.status != "failed":
        return False
    with transaction.atomic():
        message, turn = _find(status)
        if message is None:
            return False
        if state is not None:
            if turn == message.turn:
                message.wamid = message.wamid or status.wamid
            message.accepted_at = message.accepted_at or status.at
            message.user_id = status.user_id or message.user_id
            outcomes.arrived(
                message, turn=turn, state=state, at=min(status.at, now), now=now,
                category=status.category or message.category, pricing=status.pricing_type or message.pricing,
                billable=message.billable if status.billable is None else status.billable,
            )  # fmt: skip
            return True
        message_id = message.id
    outcomes.refused(
        message_id, turn=turn, verdict=verdict_of(status.code, None), code=status.code, title=status.title, now=now,
        random=random, billed=status.billable,
    )  # fmt: skip
    return True


def _find(status: Status) -> tuple[Message | None, int]:
    """The message, and which of its posts the news is about."""
    name, _colon, turn = status.callback.partition(":")
    try:
        return locks.message(uuid.UUID(name)), int(turn)
    except (ValueError, NoSuchMessage):
        found = locks.message_of(status.wamid)
        return found, found.turn if found else 0
