"""The relay: hands due outbox events to Celery, and again when nobody finished them.

The broker may lose everything: an event stays until its handler marked it done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from kernel.ids import first_id
from kernel.models import OutboxEvent
from tenants.walls import relay

BATCH = 200
LOST_AFTER = dt.timedelta(minutes=3)
PROVISION = "provision."
# Long enough to look into what went wrong, short enough that the table does not grow with every message ever sent.
DONE_KEPT = dt.timedelta(days=30)
CLEARED = 5_000


def drain(*, now: dt.datetime, send: Callable[[OutboxEvent, str], None]) -> int:
    """Hand over what is due; returns how many. `send(event, queue)` may fail: the event is then tried again."""
    with relay(), transaction.atomic():
        events = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(relayed_at=None, due_at__lte=now)
            .order_by("due_at")[:BATCH]
        )
        for event in events:
            send(event, "provision" if event.topic.startswith(PROVISION) else "celery")
        OutboxEvent.objects.filter(id__in=[event.id for event in events]).update(relayed_at=now)
    return len(events)


def requeue_lost(*, now: dt.datetime) -> int:
    """Events that were handed over long ago and are not done: the broker or a worker lost them."""
    with relay():
        return OutboxEvent.objects.filter(done_at=None, relayed_at__lt=now - LOST_AFTER).update(relayed_at=None)


def forget_done(*, now: dt.datetime) -> int:
    """Remove a few thousand events that were done long ago, oldest first; returns how many. Repeat until 0."""
    with relay():
        # Ids begin with their moment, so the oldest stand first in the key's own index.
        old = OutboxEvent.objects.filter(id__lt=first_id(now - DONE_KEPT)).order_by("id")
        ids = [event_id for event_id, done_at in old.values_list("id", "done_at")[:CLEARED] if done_at]
        return OutboxEvent.objects.filter(id__in=ids).delete()[0]
