"""The months of the open site's merchants: what each sent, as its statement and the console have it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Max, Q, QuerySet, Sum

from tenants.models import MerchantMonth
from tenants.walls import current_site

FIGURES = ("ui_arrived", "ui_failed", "ui_credits", "bi_arrived", "bi_failed", "bi_credits")


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of some months, and when the newest of them was counted."""

    ui_arrived: int
    ui_failed: int
    ui_credits: int
    bi_arrived: int
    bi_failed: int
    bi_credits: int
    counted_at: dt.datetime | None


def list_months() -> QuerySet[MerchantMonth]:
    """One row for each merchant and month with a message, or a credit that one cost."""
    some = reduce(or_, (~Q(**{name: 0}) for name in FIGURES))
    return MerchantMonth.objects.filter(some, site_id=current_site().id).select_related("merchant")


def known_months() -> list[dt.date]:
    """The months of which there are any, newest first."""
    return list(list_months().order_by("-month").values_list("month", flat=True).distinct())


def totals(rows: QuerySet[MerchantMonth]) -> Totals:
    """All of `rows` together, in one query."""
    sums = {f"all_{name}": Sum(name, default=0) for name in FIGURES}
    found = rows.order_by().aggregate(counted=Max("counted_at"), **sums)
    return Totals(**{name: found[f"all_{name}"] for name in FIGURES}, counted_at=found["counted"])
