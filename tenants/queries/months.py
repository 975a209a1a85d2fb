"""The months of merchants, as their sites counted them, added up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet, Sum

from tenants.models import MerchantMonth

MESSAGES = ("ui_arrived", "ui_failed", "ui_credits", "bi_arrived", "bi_failed", "bi_credits")
FIGURES = (*MESSAGES, "coupons_made", "coupons_taken", "coupons_redeemed", "coupons_refunded")
# Under names of their own: a sum may not be called like the column it adds up.
_SUMS = {f"all_{name}": Sum(name, default=0) for name in FIGURES}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of some months, and the moment at which the newest of them was counted. `month`: where they are of one."""

    ui_arrived: int
    ui_failed: int
    ui_credits: int
    bi_arrived: int
    bi_failed: int
    bi_credits: int
    coupons_made: int
    coupons_taken: int
    coupons_redeemed: int
    coupons_refunded: int
    counted_at: dt.datetime | None
    month: dt.date | None = None

    @property
    def arrived(self) -> int:
        return self.ui_arrived + self.bi_arrived

    @property
    def failed(self) -> int:
        return self.ui_failed + self.bi_failed

    @property
    def success(self) -> float | None:
        """Percent of the messages with an outcome that arrived; None where there were none."""
        return 100 * self.arrived / (self.arrived + self.failed) if self.arrived + self.failed else None


def totals(rows: QuerySet[MerchantMonth]) -> Totals:
    """All of `rows` together, in one query."""
    return _totals(rows.order_by().aggregate(counted=Max("counted_at"), **_SUMS))


def by_month(rows: QuerySet[MerchantMonth], *, limit: int = 12) -> list[Totals]:
    """The newest months of `rows`, each with its sums, newest first, in one query."""
    found = rows.order_by("-month").values("month").annotate(counted=Max("counted_at"), **_SUMS)[:limit]
    return [_totals(dict(row)) for row in found]


def _totals(row: dict[str, Any]) -> Totals:
    return Totals(**{name: row[f"all_{name}"] for name in FIGURES}, counted_at=row["counted"], month=row.get("month"))
