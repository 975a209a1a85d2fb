"""The log of messages, as merchants and a site's staff read it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from messaging.choices import ARRIVED, State, Type
from messaging.errors import NoSuchMessage
from messaging.models import Message

# Nobody who reads the log may read these, and level merchant has no right to them.
UNREAD = ("recipient", "to_sealed", "secret_sealed", "user_id")


def list_messages() -> QuerySet[Message]:
    """The messages this wall shows: a merchant's own, all at level site."""
    return Message.objects.defer(*UNREAD).select_related("merchant", "customer", "coupon", "batch")


def get(message_id: uuid.UUID) -> Message:
    """One of them. Raises NoSuchMessage."""
    found = list_messages().filter(id=message_id).first()
    if found is None:
        raise NoSuchMessage
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """Messages of one type that were queued in a period: how many arrived, failed, and are still on the way."""

    arrived: int = 0
    failed: int = 0
    open: int = 0
    credits: int = 0


def figures(*, since: dt.datetime) -> dict[str, Figures]:
    """By type, in one query; what was never sent (no credits, stopped) counts nowhere."""
    rows = (
        Message.objects.filter(created_at__gte=since)
        .order_by()
        .values_list("type")
        .annotate(
            arrived=Count("id", filter=Q(state__in=ARRIVED)), failed=Count("id", filter=Q(state=State.FAILED)),
            open=Count("id", filter=Q(state__in=[State.QUEUED, State.SENDING, State.UNKNOWN, State.ACCEPTED])),
            credits=Count("id", filter=Q(charge="spent")),
        )
    )  # fmt: skip
    found = {kind: Figures(*counts) for kind, *counts in rows}
    return {kind: found.get(kind, Figures()) for kind in Type.values}
