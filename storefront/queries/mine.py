"""What the customers whose phone this browser proved hold on this site."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from merchants.models import Batch, Coupon, Merchant
from merchants.models.merchant import PUBLIC_FIELDS
from storefront.queries.centre import CARD_FIELDS
from storefront.queries.coupons import CouponPage
from tenants.walls import current_site, wall

MOST = 200
_COUPON = ("id", "merchant_id", "batch_id", "customer_id", "serial", "state", "source", "taken_at", "use_until",
           "redeemed_at")  # fmt: skip


@dataclass(frozen=True)
class Held:
    """One coupon of mine."""

    serial: str
    state: str
    taken_at: dt.datetime | None
    use_until: dt.datetime | None
    batch: Batch
    merchant: Merchant

    @classmethod
    def of(cls, page: CouponPage, now: dt.datetime) -> Held:
        """The coupon of a page, for whoever has it in hand without being known."""
        return cls(page.serial, page.state_at(now), page.taken_at, page.use_until, page.batch, page.merchant)

    @property
    def ends_at(self) -> dt.datetime:
        return self.use_until or self.batch.claim_until

    @property
    def is_usable(self) -> bool:
        return self.state == Coupon.State.TAKEN


def list_held(customer_id: uuid.UUID, *, now: dt.datetime) -> list[Held]:
    """The coupons of one customer, newest first, usable ones before the rest. Opens level holder itself.

    The caller has checked that the browser proved this customer's phone.
    """
    with wall(current_site(), "holder", proof=customer_id):
        # What a message is still to bring shows itself when it comes.
        mine = Coupon.objects.only(*_COUPON).exclude(state=Coupon.State.HELD)
        coupons = list(mine.order_by("-taken_at")[:MOST])
        batches = Batch.objects.only(*CARD_FIELDS).in_bulk({coupon.batch_id for coupon in coupons})
        merchants = Merchant.objects.only(*PUBLIC_FIELDS).in_bulk({coupon.merchant_id for coupon in coupons})
    held = [
        Held(
            coupon.serial, _state(coupon, now), coupon.taken_at, coupon.use_until, batches[coupon.batch_id],
            merchants[coupon.merchant_id],
        )
        for coupon in coupons
    ]  # fmt: skip
    return sorted(held, key=lambda one: not one.is_usable)


def holder_of(serial: str, customer_ids: Sequence[uuid.UUID]) -> tuple[uuid.UUID, uuid.UUID] | None:
    """(customer, merchant) of a coupon that one of these customers holds and could use; None where none does.

    Opens level holder itself; the caller has checked that the browser proved these customers' phones.
    """
    for customer_id in customer_ids:
        with wall(current_site(), "holder", proof=customer_id):
            held = Coupon.objects.filter(serial=serial, state=Coupon.State.TAKEN).values_list("merchant_id", flat=True)
            merchant_id = held.first()
        if merchant_id:
            return customer_id, merchant_id
    return None


def _state(coupon: Coupon, now: dt.datetime) -> str:
    if coupon.state == Coupon.State.TAKEN and coupon.use_until and coupon.use_until <= now:
        return str(Coupon.State.LAPSED)
    return str(coupon.state)
