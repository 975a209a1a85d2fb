"""A customer's spin. The database function `spin_wheel` (migrations 0003 and 0005) does all of it in one transaction.

Here phones and birthdays are sealed before they go in, as a claim does it, and answers become words.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from kernel import crypto
from kernel.ids import uuid7
from merchants.models import Merchant
from merchants.services.claims import Recognition
from messaging.consent.choices import Source as Place
from messaging.consent.services import consent
from storefront.queries import coupons
from storefront.services import claiming
from storefront.wheel.choices import MOST, Source
from storefront.wheel.queries import faces
from tenants.walls import current_site

SPUN, AGAIN, CLOSED, DETAILS_NEEDED = "spun", "again", "closed", "details_needed"
NOTHING_LEFT, PACING = "nothing_left", "pacing"
# As many random numbers as a spin can need: every prize may be gone in the very moment it is drawn.
NUMBERS = MOST + 1
_SPIN = """
SELECT outcome, spin, customer, fresh, proved
FROM spin_wheel(%s, %s, %s, %s, %s, %s::smallint, %s::smallint, %s, %s, %s, %s, %s, %s::double precision[], %s)
"""


@dataclass(frozen=True)
class SpinResult:
    """`outcome`: spun (just now), again (this phone has spun today), nothing_left, pacing (every prize waits for its
    hour: nothing turned, and the spin of today is kept), closed, details_needed.

    `spin_id` is set for what was spun just now, and for an earlier spin of a device that proved the phone; a stranger
    who types a known number learns only that it has spun. `fresh`: the phone had no record before; it has one now only
    where the wheel was spun.
    """

    outcome: str
    spin_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    fresh: bool = False
    proved: bool = False


def take(
    asked: claiming.Request, *, known: Recognition, device_token: str, chance: Sequence[float], now: dt.datetime
) -> SpinResult:
    """Spin for what a form said; `known` is what `claiming.begin` answered. The browser's own edits are saved first."""
    device = "" if asked.shared else device_token
    claiming.keep_edits(asked, known=known, device_token=device, now=now)
    with transaction.atomic():
        result = spin(
            merchant_id=asked.merchant_id, phone=asked.phone, chance=chance, now=now, name=asked.name,
            birthday=asked.birthday, language=asked.language, device_token=device, shared=asked.shared,
        )  # fmt: skip
        if asked.agreed_to and result.outcome == SPUN and result.spin_id:
            _keep_consent(asked, asked.agreed_to, result.spin_id, device_token=device, now=now)
    return result


def _keep_consent(
    asked: claiming.Request, merchant: Merchant, spin_id: uuid.UUID, *, device_token: str, now: dt.datetime
) -> None:
    """The tick in the form counts as it does with a claim: by the coupon that this press gave, and not without one."""
    made = faces.find_spin(spin_id)
    serial = made.serial or made.always_serial if made else ""
    coupon = coupons.find(serial) if serial else None
    if coupon:
        consent.record_at_claim(
            coupon_id=coupon.coupon_id, merchant=merchant, device_token=device_token, language=asked.language,
            source=Place.WHEEL, now=now,
        )  # fmt: skip


def seen(spin_id: uuid.UUID, *, now: dt.datetime) -> None:
    """The customer was shown what the wheel gave: the messages of its coupons, which waited for that, go now.

    Runs at level visitor. Safe to repeat.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT wheel_seen(%s, %s)", [spin_id, now])


def spin(
    *,
    merchant_id: uuid.UUID,
    phone: str,
    chance: Sequence[float],
    now: dt.datetime,
    name: str = "",
    birthday: dt.date | None = None,
    language: str = "en",
    device_token: str = "",
    shared: bool = False,
) -> SpinResult:
    """Turn the merchant's wheel for `phone` (E.164), once a day and version.

    `chance`: `NUMBERS` independent uniform numbers in [0, 1). `name` and `birthday` count only for a number without a
    record. On a `shared` device nothing is proved and no earlier result is shown. Runs at level visitor.
    """
    if len(chance) < NUMBERS:
        raise ValueError(f"a spin takes {NUMBERS} random numbers")
    site_id = current_site().id
    token = "" if shared else device_token
    values: list[Any] = [
        merchant_id, crypto.keyed_index(phone, site_id=site_id, field="phone"),
        crypto.seal(phone, site_id=site_id, field="phone"), name.strip()[:120],
        crypto.seal(birthday.isoformat(), site_id=site_id, field="birthday") if birthday else "",
        birthday.month if birthday else None, birthday.day if birthday else None, language,
        Source.KIOSK.value if shared else Source.PHONE.value, crypto.token_hash(token) if token else "", not shared,
        uuid7(), list(chance), now,
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SPIN, values)
        return SpinResult(*cursor.fetchone())
