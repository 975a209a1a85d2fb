"""What the back office shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import Invitation, Membership
from credits.queries import balances
from merchants.models import Batch, Coupon, Merchant


@dataclass(frozen=True, slots=True)
class Figures:
    """The few numbers of the dashboard."""

    merchants: int
    active: int
    waiting: int
    batches: int
    taken: int
    redeemed: int


def figures() -> Figures:
    """Counts of this site, now."""
    states = dict(Merchant.objects.values_list("state").annotate(Count("id")))
    coupons = dict(
        Coupon.objects.filter(state__in=[Coupon.State.TAKEN, Coupon.State.REDEEMED])
        .values_list("state")
        .annotate(Count("id"))
    )
    state = Merchant.State
    return Figures(
        merchants=sum(count for name, count in states.items() if name != state.ARCHIVED),
        active=states.get(state.ACTIVE, 0),
        waiting=sum(states.get(name, 0) for name in (state.REGISTERED, state.PENDING_PAYMENT, state.PENDING_WALLET)),
        batches=Batch.objects.filter(state=Batch.State.ACTIVE).count(),
        taken=coupons.get(Coupon.State.TAKEN, 0),
        redeemed=coupons.get(Coupon.State.REDEEMED, 0),
    )


def list_merchants() -> QuerySet[Merchant]:
    """All merchants with their three balances."""
    return balances.with_balances(Merchant.objects.all())


def get_merchant(merchant_id: uuid.UUID) -> Merchant | None:
    """A merchant of this site, with its balances."""
    return list_merchants().filter(id=merchant_id).first()


def people_of(merchant_id: uuid.UUID) -> list[Membership]:
    """Who works for a merchant."""
    return list(Membership.objects.filter(merchant_id=merchant_id).select_related("user").order_by("created_at"))


def invited_to(merchant_id: uuid.UUID) -> list[Invitation]:
    """Open invitations to a merchant's people."""
    return list(Invitation.objects.filter(merchant_id=merchant_id, accepted_at=None, withdrawn_at=None))


def search_merchants(text: str, limit: int = 6) -> list[Any]:
    """For the palette: by name or number."""
    found = Merchant.objects.filter(brand_name__icontains=text)
    if text.isdecimal():
        found = found | Merchant.objects.filter(number=int(text))
    return list(found.order_by("brand_name")[:limit])
