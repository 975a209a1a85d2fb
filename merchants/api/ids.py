"""Public ids: a prefix that says what it is, and the 32 digits of the UUID."""

from __future__ import annotations

import uuid

from django.http import Http404

from kernel.ids import uuid_or_none

BATCH, COUPON, REDEMPTION, BRANCH = "btc", "cpn", "rdm", "brn"


def shown(kind: str, found: uuid.UUID | None) -> str | None:
    return f"{kind}_{found.hex}" if found else None


def read(kind: str, text: str) -> uuid.UUID:
    """The UUID of a public id; a bare UUID is taken too. Raises Http404."""
    found = uuid_or_none(str(text).removeprefix(f"{kind}_"))
    if found is None:
        raise Http404
    return found
