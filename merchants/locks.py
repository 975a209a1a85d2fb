"""The only place where rows of this room are locked.

Order: merchant, batch, customer, coupon, a merchant's own row of a customer (docs/locking.md).
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from accounts.models import Membership
from accounts.roles import MerchantRole
from kernel.errors import Conflict, NotFound
from merchants.errors import NoSuchBatch, NoSuchCoupon
from merchants.models import (
    ApiKey,
    Batch,
    Branch,
    Coupon,
    CouponTemplate,
    Customer,
    Device,
    Merchant,
    MerchantCustomer,
    Redemption,
    Registration,
)
from tenants.models import Site


def numbers(site_id: uuid.UUID) -> None:
    """One registration of a merchant at a time: the site's own row is the lock for numbers and slugs."""
    Site.objects.select_for_update().only("id").get(id=site_id)


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


def coupons_to_lapse(now: dt.datetime, limit: int) -> list[uuid.UUID]:
    """Taken coupons whose time is over, oldest first and up to `limit`, that nobody is working on, locked."""
    due = Coupon.objects.filter(state=Coupon.State.TAKEN, use_until__lte=now).order_by("use_until").values("id")[:limit]
    taken = Coupon.objects.filter(id__in=due, state=Coupon.State.TAKEN)
    return list(taken.select_for_update(skip_locked=True, no_key=True).values_list("id", flat=True))


def free_coupon(batch_id: uuid.UUID) -> Coupon | None:
    """The next free coupon of a batch's online lane that nobody else is just taking, locked."""
    free = Coupon.objects.filter(batch_id=batch_id, state=Coupon.State.AVAILABLE, lane=Coupon.Lane.ONLINE)
    return free.order_by("id").select_for_update(no_key=True, skip_locked=True).first()


def redemption(redemption_id: uuid.UUID) -> Redemption:
    """The redemption's row, locked. Raises Redemption.DoesNotExist."""
    return Redemption.objects.select_for_update(no_key=True).get(id=redemption_id)


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


def waiting_device(pairing_hash: str, now: dt.datetime) -> Device | None:
    """The device that waits to be paired by this code, locked."""
    waiting = Device.objects.filter(
        pairing_hash=pairing_hash, pairing_expires_at__gt=now, revoked_at=None, branch__active=True
    )
    return waiting.select_for_update(no_key=True).first()


def api_key(key_id: uuid.UUID) -> ApiKey:
    """An API key's row, locked. Raises NotFound."""
    found = ApiKey.objects.select_for_update().filter(id=key_id).first()
    if found is None:
        raise NotFound(_("There is no such key."))
    return found


def registration(registration_id: uuid.UUID) -> Registration | None:
    """A registration that waits for its proof, locked; None once it was completed."""
    return Registration.objects.select_for_update().filter(id=registration_id).first()


def member(member_id: uuid.UUID, merchant_id: uuid.UUID) -> Membership:
    """A membership of this merchant with its person, locked. Raises NotFound."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user")
    found = rows.filter(id=member_id, merchant_id=merchant_id).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


def owners(merchant_id: uuid.UUID) -> list[Membership]:
    """A merchant's active owners, locked: the last one stays."""
    rows = Membership.objects.filter(merchant_id=merchant_id, role=MerchantRole.OWNER, active=True)
    return list(rows.select_for_update().order_by("id"))
