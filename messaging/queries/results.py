"""What came of the messages of an automation or campaign."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from messaging.choices import OPEN, State
from messaging.models import Message


@dataclass(frozen=True, slots=True)
class Counts:
    """`sent` counts what was sent at least, `delivered` what was delivered at least: each row holds the next.
    `charged` is in credits; `claimed` are coupons that are the customer's now, `redeemed` those used."""

    queued: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    charged: int = 0
    claimed: int = 0
    redeemed: int = 0


def of_automations(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Counts]:
    """The counts of each, in one query."""
    wanted = list(ids)
    owned = Q(coupon__state__in=["taken", "redeemed", "lapsed"])
    rows = (
        Message.objects.filter(automation_id__in=wanted)
        .order_by()
        .values_list("automation_id")
        .annotate(
            queued=Count("id", filter=Q(state__in=OPEN)), sent=Count("id", filter=Q(sent_at__isnull=False)),
            delivered=Count("id", filter=Q(state__in=[State.DELIVERED, State.READ])),
            read=Count("id", filter=Q(state=State.READ)), failed=Count("id", filter=Q(state=State.FAILED)),
            spent=Count("id", filter=Q(charge="spent")), claimed=Count("coupon_id", filter=owned),
            redeemed=Count("coupon_id", filter=Q(coupon__state="redeemed")),
        )
    )  # fmt: skip
    found = {key: Counts(*counts) for key, *counts in rows}
    return {key: found.get(key, Counts()) for key in wanted}
