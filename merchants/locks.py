"""The only place where rows of this room are locked. Order: merchant, batch, customer, coupon (docs/locking.md)."""

from __future__ import annotations

import uuid

from merchants.errors import NoSuchBatch, NoSuchCoupon
from merchants.models import Batch, Coupon, Customer, Merchant


def merchant(merchant_id: uuid.UUID) -> Merchant:
    """The merchant's row, locked against other writers. Raises Merchant.DoesNotExist."""
    return Merchant.objects.select_for_update(no_key=True).get(id=merchant_id)


def batch(batch_id: uuid.UUID) -> Batch:
    """The batch's row, locked. Raises NoSuchBatch, also for one of another merchant."""
    try:
        return Batch.objects.select_for_update(no_key=True).get(id=batch_id)
    except Batch.DoesNotExist as error:
        raise NoSuchBatch from error


def coupon(**lookup: object) -> Coupon:
    """One coupon's row, locked. Raises NoSuchCoupon."""
    try:
        return Coupon.objects.select_for_update(no_key=True).get(**lookup)
    except Coupon.DoesNotExist as error:
        raise NoSuchCoupon from error


def customer(customer_id: uuid.UUID) -> Customer:
    """The customer's row, locked. Raises Customer.DoesNotExist."""
    return Customer.objects.select_for_update(no_key=True).get(id=customer_id)
