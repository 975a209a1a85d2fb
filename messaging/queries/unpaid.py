"""Coupons that went out without WhatsApp because no UI credit was left, and that could still be sent."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from credits.choices import AccountKind, CreditUnit
from credits.models import Account
from merchants.models import Coupon
from messaging.choices import ARRIVED, NO_CREDITS, OPEN, State
from messaging.models import Message

# What a monthly statement still finds; and whoever took a coupon longer ago does not expect a message of it any more.
KEPT = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Unpaid:
    """`count` coupons since `since` (None where there are none). `left`: UI credits to be had; `had`: there ever were
    some, so somebody counts on them."""

    count: int
    since: dt.datetime | None
    left: int
    had: bool


def waiting(*, now: dt.datetime) -> QuerySet[Message]:
    """The claims' messages that were never sent for want of a credit, of coupons that nobody has used and that no other
    message brought; of one merchant at its level."""
    others = Message.objects.filter(coupon_id=OuterRef("coupon_id"), state__in=[*OPEN, *ARRIVED])
    return Message.objects.filter(
        Q(coupon__use_until=None) | Q(coupon__use_until__gt=now), state=State.CANCELLED, error=NO_CREDITS,
        created_at__gt=now - KEPT, coupon__state=Coupon.State.TAKEN,
    ).exclude(Exists(others))  # fmt: skip


def of_merchant(merchant_id: uuid.UUID, *, now: dt.datetime) -> Unpaid:
    """How a merchant stands."""
    found = waiting(now=now).filter(merchant_id=merchant_id).aggregate(count=Count("id"), since=Min("created_at"))
    wallet = Account.objects.filter(kind=AccountKind.WALLET, merchant_id=merchant_id, unit=CreditUnit.WA_UI).first()
    return Unpaid(**found, left=wallet.available if wallet else 0, had=bool(wallet and wallet.version))
