"""One coupon by its serial: what it is and its state, never its holder."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from merchants.models import Batch, BatchBranch, Branch, Coupon, Merchant
from merchants.serials import is_valid, normalise

_PAGES = """
SELECT asked.serial, p.coupon, p.state, p.lane, p.taken_at, p.use_until, p.redeemed_at, p.about, p.merchant
FROM unnest(%s::text[]) AS asked (serial) CROSS JOIN LATERAL coupon_page(asked.serial) p WHERE p.coupon IS NOT NULL
"""
_MOMENTS = ("starts_at", "claim_until", "use_until")


@dataclass(frozen=True)
class CouponPage:
    """A coupon as anybody who has its serial may see it. `batch` and `merchant` hold their public fields only."""

    coupon_id: uuid.UUID
    serial: str
    state: str
    lane: str
    taken_at: dt.datetime | None
    use_until: dt.datetime | None
    redeemed_at: dt.datetime | None
    batch: Batch
    merchant: Merchant

    def state_at(self, now: dt.datetime) -> str:
        """The state as time has it, before the nightly job has written it down."""
        if self.state == Coupon.State.TAKEN and self.use_until and self.use_until <= now:
            return str(Coupon.State.LAPSED)
        if self.state == Coupon.State.AVAILABLE and self.batch.claim_until <= now:
            return str(Coupon.State.EXPIRED)
        return self.state

    @property
    def is_printed(self) -> bool:
        return self.lane == Coupon.Lane.PRINT

    @property
    def ends_at(self) -> dt.datetime:
        """The first instant at which it no longer counts."""
        return self.use_until or self.batch.claim_until


def find(text: str) -> CouponPage | None:
    """The coupon with this serial, as scanned or typed; None for what is unknown here, mistyped included."""
    return next(iter(find_all([text])), None)


def find_all(texts: Iterable[str]) -> list[CouponPage]:
    """As `find`, for several at once and in one query; what is unknown is left out."""
    serials = [serial for serial in map(normalise, texts) if is_valid(serial)]
    if not serials:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PAGES, [serials])
        rows = cursor.fetchall()
    return [
        CouponPage(
            coupon_id, serial, state, lane, taken_at, use_until, redeemed_at, _batch(_json(about)),
            Merchant(**_json(merchant)),
        )
        for serial, coupon_id, state, lane, taken_at, use_until, redeemed_at, about, merchant in rows
    ]


def _json(value: Any) -> dict[str, Any]:
    return dict(json.loads(value)) if isinstance(value, str) else dict(value)


def _batch(about: dict[str, Any]) -> Batch:
    for name in _MOMENTS:
        if about.get(name):
            about[name] = dt.datetime.fromisoformat(about[name]).astimezone(dt.UTC)
    return Batch(**about)


def list_branches(batch_id: uuid.UUID) -> list[Branch]:
    """The branches at which a batch's coupons may be used; none listed: all of the merchant's."""
    chosen = BatchBranch.objects.filter(batch_id=batch_id).values("branch_id")
    fields = ("id", "merchant_id", "name", "name_ar", "address", "city")
    return list(Branch.objects.filter(id__in=chosen, active=True).only(*fields).order_by("name"))
