"""The few numbers of a merchant's first page, each against the period before, and what is still to be set up."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from credits.queries import balances
from merchants.models import Batch, Branch, Coupon, CouponTemplate, Merchant, MerchantCustomer, Redemption

DAYS = 30


@dataclass(frozen=True)
class Figure:
    """A count of the last 30 days, its change in percent against the 30 before, and a value per day."""

    value: int
    delta: float | None
    spark: list[int] = field(default_factory=list)


def figure(rows: QuerySet[Coupon] | QuerySet[Redemption] | QuerySet[MerchantCustomer], moment: str, *,
           now: dt.datetime, zone: str) -> Figure:  # fmt: skip
    """Rows by day of `moment`, in one query over the last 60 days."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first = today - dt.timedelta(days=2 * DAYS - 1)
    start = dt.datetime.combine(first, dt.time(), ZoneInfo(zone))
    counted = dict(
        rows.filter(**{f"{moment}__gte": start, f"{moment}__lte": now})
        .order_by()
        .values_list(TruncDate(moment, tzinfo=ZoneInfo(zone)))
        .annotate(Count("pk"))
    )
    per_day = [counted.get(first + dt.timedelta(days=day), 0) for day in range(2 * DAYS)]
    before, value = sum(per_day[:DAYS]), sum(per_day[DAYS:])
    return Figure(value, (value - before) * 100 / before if before else None, per_day[DAYS:])


def figures(*, now: dt.datetime, zone: str) -> dict[str, Figure]:
    """What customers did with this merchant."""
    return {
        "taken": figure(Coupon.objects.all(), "taken_at", now=now, zone=zone),
        "redeemed": figure(Redemption.objects.filter(undone_at=None), "at", now=now, zone=zone),
        "customers": figure(MerchantCustomer.objects.all(), "first_at", now=now, zone=zone),
    }


def list_running(*, now: dt.datetime, limit: int = 5) -> list[Batch]:
    """Batches that can be claimed now, those that end first in front."""
    found = Batch.objects.filter(state=Batch.State.ACTIVE, claim_until__gt=now).order_by("claim_until")
    return list(found.defer("face", "terms_en", "terms_ar")[:limit])


@dataclass(frozen=True)
class Start:
    """What a new merchant has done of what it needs."""

    profile: bool
    branch: bool
    template: bool
    credits: bool
    batch: bool

    @property
    def done(self) -> int:
        return sum((self.profile, self.branch, self.template, self.credits, self.batch))

    @property
    def is_complete(self) -> bool:
        return self.done == 5


def start(merchant: Merchant) -> Start:
    """The onboarding list. Credits count as done once there were any, spent or not."""
    batch = Batch.objects.exists()
    return Start(
        profile=bool(merchant.logo and (merchant.page_text_en or merchant.page_text_ar)),
        branch=Branch.objects.filter(active=True).exists(),
        template=CouponTemplate.objects.filter(archived_at=None).exists(),
        credits=batch or _has_credits(merchant.id),
        batch=batch,
    )


def _has_credits(merchant_id: uuid.UUID) -> bool:
    return balances.of_merchant(merchant_id).coupon > 0
