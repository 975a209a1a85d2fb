"""Idempotency-Key: the same key with the same request gets the same answer again for 24 hours.

In flight: 409. Another body: 422. Answers that a retry may change (409, 429, 5xx) are not kept. What an act is known
by (a batch's id, a scan's nonce) is made from the key too, so an act whose answer was lost is not done twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError
from merchants.models import ApiKey, IdempotencyRecord

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = dt.timedelta(hours=24)
ABANDONED = dt.timedelta(minutes=2)
NOT_KEPT = {409, 429}
_SPACE = uuid.UUID("6f1c6a52-6f0b-4b44-9a0a-4cf8f2f0d6c1")


class InFlight(Conflict):
    code = "idempotency_in_flight"

    def __init__(self) -> None:
        super().__init__(_("The first request with this Idempotency-Key is still under way."))


class OtherRequest(DomainError):
    code = "idempotency_mismatch"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key was used for another request."))


class KeyNeeded(DomainError):
    code = "idempotency_key_needed"
    status = 400

    def __init__(self) -> None:
        super().__init__(_("This request moves credits: send it with an Idempotency-Key."))


class BadKey(DomainError):
    code = "idempotency_key_invalid"
    status = 400

    def __init__(self) -> None:
        super().__init__(_("An Idempotency-Key has 1 to 255 characters."))


@dataclass(frozen=True)
class Replay:
    """An answer that was given before."""

    status: int
    body: Any


def request_hash(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


def act_id(api_key: ApiKey, key: str) -> uuid.UUID:
    """The id of the act behind a key: the same for every retry. Random without a key."""
    return uuid.uuid5(_SPACE, f"{api_key.id}/{key}") if key else uuid.uuid4()


def begin(*, api_key: ApiKey, key: str, digest: str, now: dt.datetime) -> Replay | None:
    """Note that the request is under way; the kept answer where there is one. Raises InFlight, OtherRequest, BadKey."""
    if len(key) > LONGEST:
        raise BadKey()
    IdempotencyRecord.objects.filter(api_key=api_key, key=key, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            IdempotencyRecord.objects.create(
                merchant_id=api_key.merchant_id, api_key=api_key, key=key, request_hash=digest, created_at=now
            )
    except IntegrityError:
        return _again(api_key, key, digest, now)
    return None


def _again(api_key: ApiKey, key: str, digest: str, now: dt.datetime) -> Replay | None:
    record = IdempotencyRecord.objects.filter(api_key=api_key, key=key).first()
    if record is None:  # it was let go in this very moment
        raise InFlight()
    if record.request_hash != digest:
        raise OtherRequest()
    if record.status:
        return Replay(record.status, record.response)
    # A process that died in between left it open; what it did is known by act_id, so doing it again is safe.
    stale = IdempotencyRecord.objects.filter(id=record.id, status=0, created_at__lt=now - ABANDONED)
    if stale.update(created_at=now) == 1:
        return None
    raise InFlight()


def end(*, api_key: ApiKey, key: str, status: int, body: Any) -> None:
    """Keep the answer, or let the key go where a retry may do better."""
    mine = IdempotencyRecord.objects.filter(api_key=api_key, key=key, status=0)
    if status in NOT_KEPT or status >= 500:
        mine.delete()
    else:
        mine.update(status=status, response=body)
