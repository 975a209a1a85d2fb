"""The door to the posting functions: the wall they need, and their refusals as errors of ours."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import DatabaseError, connection, transaction

from credits.errors import IdempotencyConflict, InsufficientCredits, MalformedTransfer, UnknownAccount
from tenants.walls import WallError, current_site, current_wall, wall


@contextmanager
def at_the_bank(*, site_id: uuid.UUID | None, merchant_id: uuid.UUID | None = None) -> Iterator[uuid.UUID]:
    """Run the block where posting is allowed, and say for which site.

    Level merchant, which may only read, steps up to level site for the block, and only for its own merchant. The
    console stays what it is and names the site. Raises WallError at any other level, UnknownAccount for what is not
    behind this wall.
    """
    found = current_wall()
    level = found.level if found else ""
    if level == "master":
        if site_id is None:
            raise WallError("the console names the site it posts for")
        yield site_id
        return
    if found is None or level not in {"site", "merchant"}:
        raise WallError(f"nothing is posted at level {level or 'none'!r}")
    if site_id not in (None, found.site_id):
        raise UnknownAccount()
    if level == "merchant" and str(merchant_id) != found.merchant:
        raise UnknownAccount()
    site = current_site()
    with wall(site, "site") if level == "merchant" else nullcontext():
        yield site.id


def call(statement: str, params: list[Any], *, key: uuid.UUID | None = None) -> list[tuple[Any, ...]]:
    """Run one of the functions and return its rows. Refusals become errors; the caller's transaction stays usable."""
    try:
        with _savepoint(), connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())
    except DatabaseError as error:
        raise _translated(error, key) from error


def _savepoint() -> AbstractContextManager[Any]:
    """Inside a transaction a refusal must not end it; outside, the statement is a transaction of its own."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _translated(error: DatabaseError, key: uuid.UUID | None) -> Exception:
    cause: Any = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state == "CR402":
        detail = json.loads(cause.diag.message_detail)
        return InsufficientCredits(needed=detail["needed"], available=detail["available"], unit=detail["unit"])
    if state == "CR409" and key is not None:
        return IdempotencyConflict(key=key)
    if state == "CR404":
        return UnknownAccount()
    if state == "CR400":
        return MalformedTransfer(detail=cause.diag.message_primary)
    if state == "23514":  # a CHECK of the tables: the sign does not fit the action, an unknown unit, …
        return MalformedTransfer(detail=cause.diag.constraint_name)
    return error
