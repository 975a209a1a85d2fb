"""How popular a batch is: the claims of its last 14 days, counted by a job and read by the coupon centre."""

from __future__ import annotations

import datetime as dt

from django.db import connection

WINDOW = dt.timedelta(days=14)
_REFRESH = """
UPDATE merchants_batch b SET popularity = coalesce(counted.claims, 0)
FROM merchants_batch open LEFT JOIN (
    SELECT batch_id, count(*) AS claims FROM merchants_coupon WHERE taken_at > %s GROUP BY batch_id
) counted ON counted.batch_id = open.id
WHERE b.id = open.id AND open.state = 'active' AND b.popularity <> coalesce(counted.claims, 0)
"""


def refresh(*, now: dt.datetime) -> int:
    """Count again; returns how many batches changed."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [now - WINDOW])
        return int(cursor.rowcount)
