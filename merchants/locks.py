"""The only place where rows of this room are locked.

Order: merchant, batch, customer, coupon, a merchant's own row of a customer (docs/locking.md).
"""

from __future__ import annotations

import uuid

from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from kernel.errors import Conflict, NotFound
from merchants.errors import NoSuchBatch, NoSuchCoupon
from merchants.models import Batch, Branch, Coupon, CouponTemplate, Customer, Device, Merchant, MerchantCustomer


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


def coupons(found: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """Of these coupons, to be updated in one statement: locked in the order in which a waiting claim looks at them."""
    return Coupon.objects.filter(id__in=found.order_by("id").select_for_update(no_key=True).values("id"))


def free_coupon(batch_id: uuid.UUID) -> Coupon | None:
    """The next free coupon of a batch's online lane that nobody else is just taking, locked."""
    free = Coupon.objects.filter(batch_id=batch_id, state=Coupon.State.AVAILABLE, lane=Coupon.Lane.ONLINE)
    return free.order_by("id").select_for_update(no_key=True, skip_locked=True).first()


def customer(customer_id: uuid.UUID) -> Customer:
    """The customer's row, locked. Raises Customer.DoesNotExist."""
    return Customer.objects.select_for_update(no_key=True).get(id=customer_id)


def merchant_customer(merchant_id: uuid.UUID, customer_id: uuid.UUID) -> MerchantCustomer:
    """The merchant's own row of a customer who is not erased, locked. Raises NotFound."""
    rows = MerchantCustomer.objects.filter(merchant_id=merchant_id, customer_id=customer_id, customer__erased_at=None)
    found = rows.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound(_("There is no such customer."))
    return found


def merchant_customers(found: QuerySet[MerchantCustomer]) -> list[uuid.UUID]:
    """Of these rows, to be updated in one statement: locked in order of id. Raises Conflict.

    A spin holds such a row while it waits for a coupon, so it can wait in a circle with whoever holds many. Whoever
    holds many gives up before PostgreSQL looks for circles (after a second): a customer never pays for it.
    """
    rows = found.order_by("id").select_for_update(of=("self",), no_key=True).values_list("id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        try:
            ids = list(rows)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Conflict(_("Some of these customers are just taking a coupon. Try again.")) from error
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return ids


def template(template_id: uuid.UUID) -> CouponTemplate:
    """A coupon template's row, locked. Raises NotFound."""
    found = CouponTemplate.objects.select_for_update(no_key=True).filter(id=template_id).first()
    if found is None:
        raise NotFound(_("There is no such template."))
    return found


def branch(branch_id: uuid.UUID) -> Branch:
    """A branch's row, locked. Raises NotFound."""
    found = Branch.objects.select_for_update(no_key=True).filter(id=branch_id).first()
    if found is None:
        raise NotFound(_("There is no such branch."))
    return found


def device(device_id: uuid.UUID) -> Device:
    """A device's row, locked. Raises NotFound."""
    found = Device.objects.select_for_update(no_key=True).filter(id=device_id).first()
    if found is None:
        raise NotFound(_("There is no such device."))
    return found
