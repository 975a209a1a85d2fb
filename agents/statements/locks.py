"""What is locked for statements, and nowhere else in this wing."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection

from agents.statements.errors import NoSuchStatement
from agents.statements.models import Statement

STALE_AFTER = dt.timedelta(minutes=2)

# One month at a time: the figures of a month are held against the closing of the month before.
_CLAIM = """
WITH waiting AS (
    SELECT id, month, number FROM statements_statement
    WHERE site_id = %(site)s AND (state = 'queued' OR (state = 'making' AND claimed_at < %(stale)s))
)
UPDATE statements_statement SET state = 'making', claim = %(claim)s, claimed_at = %(now)s
WHERE id IN (
    SELECT s.id FROM statements_statement s JOIN waiting w USING (id)
    WHERE w.month = (SELECT min(month) FROM waiting)
    ORDER BY w.number LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED
)
"""


def numbers(site_id: uuid.UUID, level: str) -> None:
    """Until the transaction ends nobody else gives numbers to statements of this site and level."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"statements:{site_id}:{level}"])


def claim_next(site_id: uuid.UUID, *, claim: uuid.UUID, limit: int, now: dt.datetime) -> None:
    """Mark the oldest `limit` statements that wait, or whose maker fell silent, as being made under `claim`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM, {"site": site_id, "claim": claim, "limit": limit, "now": now, "stale": now - STALE_AFTER}
        )


def statement(statement_id: uuid.UUID) -> Statement:
    """Lock one. Raises NoSuchStatement."""
    found = Statement.objects.select_for_update(no_key=True).filter(id=statement_id).first()
    if found is None:
        raise NoSuchStatement
    return found
