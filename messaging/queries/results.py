"""What came of the messages of an automation or campaign."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from messaging.choices import ARRIVED, FOLLOWED, ON_THE_WAY, State
from messaging.models import Message


@dataclass(frozen=True, slots=True)
class Counts:
    """Whoever was written to is sent, failed, waiting, unknown or taken back, and never two of them.

    `delivered` counts what was delivered at least: it holds `read`. `parked` of those waiting are in the queue still.
    `charged` is in credits; `claimed` are coupons that are the customer's now, `redeemed` those used.
    """

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    unknown: int = 0
    taken_back: int = 0
    delivered: int = 0
    read: int = 0
    parked: int = 0
    charged: int = 0
    claimed: int = 0
    redeemed: int = 0

    @property
    def recipients(self) -> int:
        return self.sent + self.failed + self.waiting + self.unknown + self.taken_back


def last_of_each(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Without those that another message to the same person followed."""
    return rows.exclude(error__in=FOLLOWED)


def count_parked(source_id: uuid.UUID) -> int:
    """How many messages of one automation or campaign are in the queue still."""
    return Message.objects.filter(automation_id=source_id, state=State.QUEUED).count()


def of_automations(ids: Iterable[uuid.UUID], *, since: dt.datetime | None = None) -> dict[uuid.UUID, Counts]:
    """The counts of each, in one query; `since`: of what was queued from then on."""
    wanted = list(ids)
    owned = Q(coupon__state__in=["taken", "redeemed", "lapsed"])
    rows = last_of_each(Message.objects.filter(automation_id__in=wanted))
    counted = (
        (rows.filter(created_at__gte=since) if since else rows)
        .order_by()
        .values_list("automation_id")
        .annotate(
            sent_now=Count("id", filter=Q(state__in=ARRIVED)), failed=Count("id", filter=Q(state=State.FAILED)),
            waiting=Count("id", filter=Q(state__in=ON_THE_WAY)), unknown=Count("id", filter=Q(state=State.UNKNOWN)),
            back=Count("id", filter=Q(state=State.CANCELLED)),
            delivered=Count("id", filter=Q(state__in=[State.DELIVERED, State.READ])),
            read=Count("id", filter=Q(state=State.READ)), parked=Count("id", filter=Q(state=State.QUEUED)),
            spent=Count("id", filter=Q(charge="spent")), claimed=Count("coupon_id", filter=owned),
            redeemed=Count("coupon_id", filter=Q(coupon__state="redeemed")),
        )
    )  # fmt: skip
    found = {key: Counts(*counts) for key, *counts in counted}
    return {key: found.get(key, Counts()) for key in wanted}
