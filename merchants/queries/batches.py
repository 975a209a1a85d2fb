"""Batches for lists and pages: their numbers by state, and how easily a serial could be guessed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from merchants.errors import NoSuchBatch
from merchants.models import Batch, Branch, Coupon
from merchants.serials import BASE, PAYLOAD

TAKEN = (Coupon.State.TAKEN, Coupon.State.REDEEMED, Coupon.State.LAPSED)


@dataclass(frozen=True)
class Numbers:
    """Coupons of one batch. `never_taken` are those whose credit comes back at the end."""

    by_state: dict[str, int]
    never_taken: int
    online_free: int
    print_free: int
    print_lane: int

    def of(self, *states: str) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def redeemed(self) -> int:
        return self.of(Coupon.State.REDEEMED)

    @property
    def taken(self) -> int:
        return self.of(*TAKEN)


def list_batches() -> QuerySet[Batch]:
    """All batches the wall lets through, each with `taken` and `redeemed`."""
    coupons = Coupon.objects.filter(batch=OuterRef("pk")).order_by().values("batch")

    def counted(*states: str) -> Coalesce:
        amount = coupons.filter(state__in=states).annotate(amount=Count("id")).values("amount")
        return Coalesce(Subquery(amount, output_field=IntegerField()), 0)

    return Batch.objects.annotate(taken=counted(*TAKEN), redeemed=counted(Coupon.State.REDEEMED))


def get_batch(batch_id: uuid.UUID) -> Batch:
    """One batch of the merchant. Raises NoSuchBatch."""
    found = Batch.objects.filter(id=batch_id).first()
    if found is None:
        raise NoSuchBatch()
    return found


def numbers(batch: Batch) -> Numbers:
    """The counts of a batch, in one query."""
    rows = (
        Coupon.objects.filter(batch=batch).order_by().values_list("state", "lane")
        .annotate(all=Count("id"), taken=Count("taken_at"))
    )  # fmt: skip
    by_state: dict[str, int] = {}
    never = print_lane = 0
    free = {Coupon.Lane.ONLINE: 0, Coupon.Lane.PRINT: 0}
    for state, lane, count, taken in rows:
        by_state[state] = by_state.get(state, 0) + count
        never += count - taken
        print_lane += count if lane == Coupon.Lane.PRINT else 0
        if state == Coupon.State.AVAILABLE:
            free[Coupon.Lane(lane)] += count
    return Numbers(by_state, never, free[Coupon.Lane.ONLINE], free[Coupon.Lane.PRINT], print_lane)


def branches_of(batch: Batch) -> list[Branch]:
    """The branches at which its coupons count; none: every one."""
    return list(Branch.objects.filter(id__in=batch.batch_branches.values("branch_id")).order_by("name"))


def guesses_for_one(quantity: int) -> int:
    """How many serials somebody would have to try, on average, to hit one of `quantity` coupons."""
    return int(BASE**PAYLOAD // max(1, quantity))
