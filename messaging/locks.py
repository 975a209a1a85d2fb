"""The only place where this room locks rows. Order: message, batch, customer, coupon, bank."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import connection

from messaging.errors import NoSuchMessage
from messaging.models import Message

_TAKE = """
SELECT m.id FROM unnest(%s::uuid[]) WITH ORDINALITY AS turn(payer, place) CROSS JOIN LATERAL (
    SELECT id FROM messaging_message
    WHERE state = 'queued' AND type = %s AND payer = turn.payer AND due_at <= %s AND expires_at > %s
    ORDER BY due_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) m
ORDER BY turn.place LIMIT %s
"""


def message(message_id: uuid.UUID) -> Message:
    """A message's row, locked. Raises NoSuchMessage."""
    found = Message.objects.select_for_update(no_key=True).filter(id=message_id).first()
    if found is None:
        raise NoSuchMessage
    return found


def message_of(wamid: str) -> Message | None:
    """The message that Meta knows as `wamid`, locked."""
    return Message.objects.select_for_update(no_key=True).filter(wamid=wamid).first() if wamid else None


def due(*, payers: Sequence[uuid.UUID], kind: str, now: dt.datetime, share: int, limit: int) -> list[Message]:
    """Up to `limit` due messages of `kind`, at most `share` of each payer, that no other sender has, locked."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(payers), kind, now, now, share, limit])
        ids = [row[0] for row in cursor.fetchall()]
    found = Message.objects.in_bulk(ids)
    return [found[key] for key in ids]
