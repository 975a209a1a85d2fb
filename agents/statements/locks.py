"""What is locked for statements, and nowhere else in this wing."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection

from agents.statements.errors import NoSuchStatement
from agents.statements.models import Statement

STALE_AFTER = dt.timedelta(minutes=2)

# One month at a time: the figures of a month are held against the closing of the month before. What waits is asked of
# the locked row itself: only then PostgreSQL asks again when somebody else took it while we looked.
_WAITS = "{0}.site_id = %(site)s AND ({0}.state = 'queued' OR ({0}.state = 'making' AND {0}.claimed_at < %(stale)s))"
_CLAIM = f"""
WITH taken AS MATERIALIZED (
    SELECT s.id FROM statements_statement s
    WHERE {_WAITS.format("s")}
      AND s.month = (SELECT min(w.month) FROM statements_statement w WHERE {_WAITS.format("w")})
    ORDER BY s.number LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED
)
UPDATE statements_statement s SET state = 'making', claim = %(claim)s, claimed_at = %(now)s
FROM taken WHERE s.id = taken.id
"""  # noqa: S608 - constants of this module


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
