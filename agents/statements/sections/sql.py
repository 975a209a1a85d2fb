"""One query for many owners: their periods go in as arrays, and rows come out by owner."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from agents.statements.registry import Owner

# Stands at the head of every query here: the owners and their half-open periods.
PERIODS = (
    "WITH period AS (SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[])"
    " AS p (owner, starts, ends)) "
)


def rows(query: str, owners: Sequence[Owner], *more: Any) -> list[tuple[Any, ...]]:
    """What `query`, which reads from `period`, answers for these owners."""
    given = [[owner.id for owner in owners], [owner.start for owner in owners], [owner.end for owner in owners], *more]
    with connection.cursor() as cursor:
        cursor.execute(PERIODS + query, given)
        return list(cursor.fetchall())


def by_owner(query: str, owners: Sequence[Owner], *more: Any) -> dict[uuid.UUID, list[tuple[Any, ...]]]:
    """The same, by the owner in the first column, which is taken off."""
    found: dict[uuid.UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for owner, *values in rows(query, owners, *more):
        found[owner].append(tuple(values))
    return found
