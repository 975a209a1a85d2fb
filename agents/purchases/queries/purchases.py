"""Reading purchases."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncMonth

from agents.purchases.choices import State
from agents.purchases.errors import NoSuchPurchase
from agents.purchases.models import Paper, Purchase
from agents.purchases.models.purchase import HIDDEN_FROM_MERCHANT


def list_own() -> QuerySet[Purchase]:
    """At level merchant: the merchant's purchases, without what its agent pays."""
    return Purchase.objects.defer(*HIDDEN_FROM_MERCHANT)


def get_own(purchase_id: uuid.UUID) -> Purchase:
    """One of them. Raises NoSuchPurchase, also for another merchant's."""
    found = list_own().filter(id=purchase_id).first()
    if found is None:
        raise NoSuchPurchase
    return found


def list_all() -> QuerySet[Purchase]:
    """At level site: every purchase of the site with its merchant's name."""
    return Purchase.objects.select_related("merchant")


def get(purchase_id: uuid.UUID) -> Purchase:
    """One of them. Raises NoSuchPurchase."""
    found = list_all().filter(id=purchase_id).first()
    if found is None:
        raise NoSuchPurchase
    return found


def papers_of(purchase_id: uuid.UUID) -> list[Paper]:
    """Its invoice and credit notes, in the order they were issued."""
    return list(Paper.objects.filter(purchase_id=purchase_id).order_by("number"))


def list_earned() -> QuerySet[Purchase]:
    """At level site: sales that were given, each with `price`, `paid_cost` and `profit` after refunds."""
    return (
        list_all()
        .filter(completed_at__isnull=False)
        .annotate(
            price=F("retail") - F("refunded"),
            paid_cost=F("cost") - F("returned_cost"),
            profit=F("retail") - F("refunded") - F("cost") + F("returned_cost"),
        )
    )


@dataclass(frozen=True, slots=True)
class Earning:
    """Sums in minor units of one currency."""

    label: object
    sales: int
    price: int
    cost: int
    profit: int


def earnings_by_month(*, currency: str, zone: dt.tzinfo, months: int = 12) -> list[Earning]:
    """The last months with a sale, newest first; months of the site's own calendar."""
    rows = (
        list_earned()
        .filter(currency=currency)
        .annotate(month=TruncMonth("completed_at", tzinfo=zone))
        .values("month")
        .annotate(sales=Count("id"), total=_sum("price"), costs=_sum("paid_cost"))
        .order_by("-month")[:months]
    )
    return [Earning(r["month"], r["sales"], r["total"], r["costs"], r["total"] - r["costs"]) for r in rows]


def earnings_by_merchant(*, currency: str, most: int = 10) -> list[Earning]:
    """The merchants that brought most profit, ever."""
    rows = (
        list_earned()
        .filter(currency=currency)
        .values("merchant__brand_name")
        .annotate(sales=Count("id"), total=_sum("price"), costs=_sum("paid_cost"), won=_sum("profit"))
        .order_by("-won", "merchant__brand_name")[:most]
    )
    return [Earning(r["merchant__brand_name"], r["sales"], r["total"], r["costs"], r["won"]) for r in rows]


def earned(*, currency: str, start: dt.datetime | None = None, end: dt.datetime | None = None) -> Earning:
    """The sums of what was completed in a period."""
    found = list_earned().filter(currency=currency)
    if start is not None:
        found = found.filter(completed_at__gte=start)
    if end is not None:
        found = found.filter(completed_at__lt=end)
    sums = found.aggregate(sales=Count("id"), total=_sum("price"), costs=_sum("paid_cost"))
    return Earning("", sums["sales"], sums["total"], sums["costs"], sums["total"] - sums["costs"])


def figures() -> dict[str, int]:
    """How many purchases wait for what, and how many want a person."""
    found = Purchase.objects.aggregate(
        waiting=Count("id", filter=Q(state=State.PENDING_WALLET)),
        unpaid=Count("id", filter=Q(state=State.PENDING_PAYMENT)),
        person=Count("id", filter=Q(needs_person=True)),
    )
    return {name: int(count) for name, count in found.items()}


def _sum(name: str) -> Coalesce:
    return Coalesce(Sum(name), 0, output_field=BigIntegerField())
