"""Coupons that a message has under way: held for one customer, then taken, or free again.

Nobody else can claim a held coupon; that customer's own claim takes it, and a hold for another message counts it
towards the limit. Else it becomes *taken* when Meta says that the message was sent, and *available* when the message
finally failed. Locks: customer and coupon to hold, batch and coupon to give back.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, Max

from merchants import locks
from merchants.models import Batch, Coupon, Merchant, MerchantCustomer

STATES = Coupon.State


class NothingToHold(Exception):
    """There is no coupon for this customer: `outcome` is as in `claims`, or `held` for the limit."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def hold(*, batch_id: uuid.UUID, customer_id: uuid.UUID, now: dt.datetime) -> Coupon:
    """Hold the next online coupon of a batch for a customer. At level site, in the caller's transaction.

    Raises NothingToHold, and leaves everything as it was.
    """
    with transaction.atomic():
        locks.customer(customer_id)
        batch = Batch.objects.select_related("merchant").get(id=batch_id)
        outcome = _closed(batch, now)
        if outcome:
            raise NothingToHold(outcome)
        mine = Coupon.objects.filter(batch_id=batch_id, customer_id=customer_id)
        if mine.exclude(state=STATES.VOID).count() >= batch.per_customer_limit:
            raise NothingToHold("held")
        coupon = locks.free_coupon(batch_id)
        if coupon is None:
            raise NothingToHold("sold_out")
        coupon.state, coupon.customer_id, coupon.source = STATES.HELD, customer_id, Coupon.Source.MESSAGE
        coupon.ordinal = (mine.aggregate(top=Max("ordinal"))["top"] or 0) + 1
        coupon.save(update_fields=["state", "customer", "source", "ordinal"])
    return coupon


def take(*, coupon_id: uuid.UUID, customer_id: uuid.UUID | None, now: dt.datetime) -> bool:
    """The message arrived: the coupon that was held for this customer is taken.

    One that was free again meanwhile, because the message had been given up, is taken all the same: the customer has
    its picture. What this customer has already is left as it is. False where it is somebody else's by now, or gone: its
    batch may have ended between the message and the news of it.
    """
    with transaction.atomic():
        if customer_id:
            locks.customer(customer_id)
        coupon = locks.coupon(id=coupon_id)
        if coupon.state == STATES.AVAILABLE and customer_id:
            mine = Coupon.objects.filter(batch_id=coupon.batch_id, customer_id=customer_id)
            coupon.customer_id, coupon.source = customer_id, Coupon.Source.MESSAGE
            coupon.ordinal = (mine.aggregate(top=Max("ordinal"))["top"] or 0) + 1
        elif coupon.customer_id != customer_id or coupon.state in {STATES.VOID, STATES.EXPIRED}:
            return False
        elif coupon.state != STATES.HELD:
            return True
        batch = Batch.objects.select_related("merchant").get(id=coupon.batch_id)
        assert coupon.customer_id
        coupon.state, coupon.taken_at = STATES.TAKEN, now
        coupon.use_until = batch.use_until_of(now, batch.merchant.time_zone)
        coupon.save(update_fields=["state", "customer", "source", "ordinal", "taken_at", "use_until"])
        seen = MerchantCustomer.objects.filter(merchant_id=coupon.merchant_id, customer_id=coupon.customer_id)
        seen.update(claims=F("claims") + 1)
    return True


def free(*, coupon_id: uuid.UUID, customer_id: uuid.UUID | None) -> bool:
    """Nothing came of the message: what was held for this customer is anybody's again. False where nothing is."""
    with transaction.atomic():
        batch = locks.batch(Coupon.objects.values_list("batch_id", flat=True).get(id=coupon_id))
        coupon = locks.coupon(id=coupon_id)
        if coupon.state != STATES.HELD or coupon.customer_id != customer_id:
            return False
        coupon.state, coupon.customer_id, coupon.ordinal, coupon.source = STATES.AVAILABLE, None, None, ""
        coupon.save(update_fields=["state", "customer", "ordinal", "source"])
        if batch.sold_out:
            batch.sold_out = False
            batch.save(update_fields=["sold_out"])
    return True


def _closed(batch: Batch, now: dt.datetime) -> str:
    """Why nothing can be taken of a batch now; "" where something can."""
    if batch.state == Batch.State.PAUSED:
        return "paused"
    if batch.state == Batch.State.EXPIRED or now >= batch.claim_until:
        return "over"
    if batch.state != Batch.State.ACTIVE or batch.merchant.state != Merchant.State.ACTIVE:
        return "closed"
    return "not_yet" if now < batch.starts_at else ""
