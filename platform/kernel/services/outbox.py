"""Write an event beside the change that caused it; the relay takes it from there."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from kernel.models import OutboxEvent


def emit(
    topic: str, *, site_id: uuid.UUID, now: dt.datetime, due_at: dt.datetime | None = None, **payload: Any
) -> OutboxEvent:
    """Note that `topic` happened, in the caller's transaction. `payload` is ids and numbers only."""
    return OutboxEvent.objects.create(
        site_id=site_id, topic=topic, payload=payload, created_at=now, due_at=due_at or now
    )
