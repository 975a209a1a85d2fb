"""A customer's claim from a page: limits, the customer's own edits, then the one claim of the merchants room."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction

from merchants.models import Merchant
from merchants.services import claims, customers
from messaging.consent.choices import Source
from messaging.consent.services import consent
from storefront.services import guard


@dataclass(frozen=True)
class Request:
    """What the form said. `shared`: a device in the store that many people use, which never proves anything.

    `agreed_to`: the merchant whose messages were agreed to in the form, None where the box was left empty.
    """

    phone: str
    name: str
    birthday: dt.date | None
    language: str
    source: str
    batch_id: uuid.UUID
    merchant_id: uuid.UUID
    serial: str = ""
    shared: bool = False
    agreed_to: Merchant | None = None


def take(asked: Request, *, known: claims.Recognition, device_token: str, now: dt.datetime) -> claims.ClaimResult:
    """Claim; `known` is what `begin` said. Every refusal is the result's outcome.

    A browser that proved the number may have edited name and birthday in the form: that is saved first, with history.
    """
    device = "" if asked.shared else device_token
    keep_edits(asked, known=known, device_token=device, now=now)
    with transaction.atomic():
        result = claims.claim(
            phone=asked.phone, source=asked.source, now=now, batch_id=asked.batch_id, serial=asked.serial,
            name=asked.name, birthday=asked.birthday, language=asked.language, device_token=device,
            may_prove=not asked.shared,
        )  # fmt: skip
        if asked.agreed_to and result.coupon_id and result.outcome == claims.TAKEN:
            consent.record_at_claim(
                coupon_id=result.coupon_id, merchant=asked.agreed_to, device_token=device, language=asked.language,
                source=Source.KIOSK if asked.shared else asked.source, now=now,
            )  # fmt: skip
    return result


def keep_edits(asked: Request, *, known: claims.Recognition, device_token: str, now: dt.datetime) -> None:
    """What a browser that proved the number wrote into the form about its person. Raises NotAllowed."""
    if known.customer_id and asked.name and asked.birthday:
        customers.edit(
            customer_id=known.customer_id, device_token=device_token, name=asked.name, birthday=asked.birthday, now=now
        )


def begin(
    *, phone: str, batch_id: uuid.UUID, merchant_id: uuid.UUID, caller: guard.Caller, shared: bool, now: dt.datetime
) -> claims.Recognition:
    """Whether the number that claims is known here. Raises limits.TooMany."""
    guard.before_claim(caller=caller, phone=phone, batch_id=batch_id, merchant_id=merchant_id, now=now)
    return claims.recognise(phone=phone, device_token="" if shared else caller.device)


def recognise(*, phone: str, caller: guard.Caller, shared: bool, now: dt.datetime) -> claims.Recognition:
    """Whether the number is known here, as its page may say it. Raises limits.TooMany."""
    guard.before_recognition(caller=caller, phone=phone, now=now)
    return claims.recognise(phone=phone, device_token="" if shared else caller.device)


def person_of(device_token: str) -> customers.Person | None:
    """Whom this browser proved last: whose details the form fills in."""
    found = claims.proved_customers(device_token)
    return customers.get_person(customer_id=found[0], device_token=device_token) if found else None
