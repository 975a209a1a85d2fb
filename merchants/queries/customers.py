"""A merchant's own customers, one at a time. Level merchant."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from merchants.models import Coupon, MerchantCustomer


def get_customer(customer_id: uuid.UUID) -> MerchantCustomer:
    """The merchant's own row of a customer, with the customer. Raises NotFound, also for one who is erased."""
    rows = MerchantCustomer.objects.select_related("customer").filter(customer__erased_at=None)
    found = rows.filter(customer_id=customer_id).first()
    if found is None:
        raise NotFound(_("There is no such customer."))
    return found


def list_coupons(customer_id: uuid.UUID) -> QuerySet[Coupon]:
    """The merchant's coupons that the customer took, each with its batch."""
    found = Coupon.objects.filter(customer_id=customer_id).select_related("batch")
    return found.defer("batch__face", "batch__terms_en", "batch__terms_ar")
