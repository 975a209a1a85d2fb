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
STATES = {"sent": State.SENT, "delivered": State.DELIVERED, "read": State.READ, "played": State.READ}


def apply(status: Status, *, now: dt.datetime, random: outcomes.Random) -> bool:
    """Move a message as far as `status` says; False for a message or a word that is not ours.

    Our own id comes back with each status, so it is found even when its answer never reached us.
    """
    state = STATES.get(status.status)
    if state is None and status.status != "failed":
        return False
    with transaction.atomic():
        message = _find(status)
        if message is None:
            return False
        if state is not None:
            message.wamid = message.wamid or status.wamid
            message.accepted_at = message.accepted_at or status.at
            outcomes.arrived(
                message, state=state, at=min(status.at, now), category=status.category or message.category,
                pricing=status.pricing_type or message.pricing,
                billable=message.billable if status.billable is None else status.billable,
            )  # fmt: skip
            return True
        message_id, current = message.id, message.wamid in {"", status.wamid}
    if current:
        outcomes.refused(
            message_id, verdict=verdict_of(status.code, None), code=status.code, title=status.title, now=now,
            random=random, by_status=True,
        )  # fmt: skip
    return True


def _find(status: Status) -> Message | None:
    try:
        return locks.message(uuid.UUID(status.callback))
    except (ValueError, NoSuchMessage):
        return locks.message_of(status.wamid)
