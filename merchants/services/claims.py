"""Claims: a customer takes a coupon. One code path for coupon centre, in-store page, printed QR and API.

The work is done by the database function `claim_coupon` (migration 0003): one round trip, locks and all. Here phones
and birthdays are sealed before they go in, and answers become words.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection, transaction

from kernel import crypto
from kernel.ids import uuid7
from tenants.walls import current_site

_CLAIM = """
SELECT outcome, coupon, serial, customer, fresh, proved
FROM claim_coupon(%s, %s, %s, %s, %s, %s, %s::smallint, %s::smallint, %s, %s, %s, %s, %s, %s)
"""
TAKEN, HELD, SOLD_OUT, DETAILS_NEEDED = "taken", "held", "sold_out", "details_needed"


@dataclass(frozen=True)
class ClaimResult:
    """`outcome`: taken, held, sold_out, gone, details_needed, paused, closed, not_yet, over, unknown.

    `gone` (that printed coupon is no longer free) and `unknown` read the same to the public.

    `serial` is set when the coupon was taken just now, or is held by somebody whose device proved the phone; a
    stranger who types a known number gets none. `fresh`: the customer's record was made by this claim.
    """

    outcome: str
    coupon_id: uuid.UUID | None = None
    serial: str = ""
    customer_id: uuid.UUID | None = None
    fresh: bool = False
    proved: bool = False


@dataclass(frozen=True)
class Recognition:
    """`known`: the number has a record on this site. `customer_id`: whose, only on a device that proved it."""

    known: bool
    customer_id: uuid.UUID | None = None


def claim(
    *,
    phone: str,
    source: str,
    now: dt.datetime,
    batch_id: uuid.UUID | None = None,
    serial: str = "",
    name: str = "",
    birthday: dt.date | None = None,
    language: str = "en",
    device_token: str = "",
    may_prove: bool = True,
) -> ClaimResult:
    """Claim the next coupon of a batch, or exactly the printed one with `serial`.

    `phone` is E.164. `name` and `birthday` count only for a number without a record; the record of a known number is
    never changed here, but for completing one that a till made of a bare number. `device_token` is the browser's
    cookie; `may_prove` is False on a shared in-store device, which then proves nothing and is shown nothing proved.
    Never raises for a refusal: the outcome says it. Runs at level visitor (or merchant, for API and till).
    """
    site_id = current_site().id
    if not may_prove:
        device_token = ""
    values = [
        batch_id, serial, crypto.keyed_index(phone, site_id=site_id, field="phone"),
        crypto.seal(phone, site_id=site_id, field="phone"), name.strip()[:120],
        crypto.seal(birthday.isoformat(), site_id=site_id, field="birthday") if birthday else "",
        birthday.month if birthday else None, birthday.day if birthday else None, language, source,
        crypto.token_hash(device_token) if device_token else "", may_prove, uuid7(), now,
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        outcome, coupon_id, found, customer_id, fresh, proved = cursor.fetchone()
    return ClaimResult(outcome, coupon_id, found or "", customer_id, fresh, proved)


def recognise(*, phone: str, device_token: str = "") -> Recognition:
    """Whether `phone` is known here; who it is, only on a device that proved it."""
    index = crypto.keyed_index(phone, site_id=current_site().id, field="phone")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT known, proved_customer FROM recognise_phone(%s, %s)",
            [index, crypto.token_hash(device_token) if device_token else ""],
        )
        known, customer_id = cursor.fetchone()
    return Recognition(known, customer_id)


def proved_customers(device_token: str) -> list[uuid.UUID]:
    """The customers whose phone this browser proved, newest first: the door to level holder."""
    if not device_token:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM proved_customers(%s)", [crypto.token_hash(device_token)])
        return [row[0] for row in cursor.fetchall()]
