"""A coupon once more by WhatsApp, for the person whose number this browser proved."""

from __future__ import annotations

import datetime as dt
import uuid

from accounts.actors import Actor
from kernel import limits
from kernel.limits import Bucket
from merchants.models import Coupon
from messaging.services import delivery
from tenants.walls import current_site, wall

HOUR, DAY = 3600, 86400
BY_CUSTOMER = Actor("customer", "customer")


def send_again(*, customer_id: uuid.UUID, serial: str, merchant_id: uuid.UUID, now: dt.datetime) -> None:
    """The caller has checked the proof. What is refused does not count.

    Raises limits.TooMany, OnItsWay, WhatsAppOff, InsufficientCredits, NotWanted.
    """
    site = current_site()
    buckets = (
        Bucket("resend.coupon", serial, 2, DAY), Bucket("resend.customer", str(customer_id), 5, DAY),
        Bucket("resend.merchant", str(merchant_id), 300, HOUR),
    )  # fmt: skip
    limits.must(*buckets, site_id=site.id, now=now, cost=0)
    with wall(site, "site"):
        coupon = Coupon.objects.get(serial=serial, customer_id=customer_id, merchant_id=merchant_id)
        delivery.send_again(coupon_id=coupon.id, actor=BY_CUSTOMER, now=now)
    limits.allow(*buckets, site_id=site.id, now=now)
