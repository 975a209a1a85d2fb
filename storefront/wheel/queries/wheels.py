"""A merchant's own wheel: its versions, the batches it may give out, and how its spins came out."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, Q

from merchants.models import Batch, Coupon
from storefront.wheel.models import Segment, Spin, Wheel, WheelVersion
from storefront.wheel.plans import SegmentPlan, WheelPlan

MANY = 5_000  # spins, from which on reading all their draws for each look at the page takes too long
# Of the draws that stand in the log, the first of each spin says what could have come.
_EXPECTED = """
SELECT turned.place, sum(turned.weight::numeric / turned.total)::float8 FROM (
    SELECT u.place, u.weight::integer AS weight, sum(u.weight::integer) OVER (PARTITION BY p.id) AS total
    FROM wheel_spin p, jsonb_array_elements_text(p.draws -> 0 -> 'weights') WITH ORDINALITY AS u(weight, place)
    WHERE p.version_id = %s) turned
GROUP BY turned.place ORDER BY turned.place
"""


def mine(merchant_id: uuid.UUID) -> Wheel | None:
    """The merchant's wheel, if it has made one."""
    return Wheel.objects.filter(merchant_id=merchant_id).first()


def in_play(wheel: Wheel) -> WheelVersion:
    """The version that is drawn now, or would be."""
    return WheelVersion.objects.filter(wheel=wheel).order_by("-number")[0]


def versions(wheel: Wheel) -> list[WheelVersion]:
    """All versions with their segments, newest first."""
    found = WheelVersion.objects.filter(wheel=wheel).select_related("always_batch").order_by("-number")
    return list(found.prefetch_related("segments__batch"))


def segments(version: WheelVersion) -> list[Segment]:
    """Clockwise from the top."""
    return list(Segment.objects.filter(version=version).select_related("batch").order_by("position"))


def plan_of(version: WheelVersion) -> WheelPlan:
    """A version as the plan that would make it again."""
    return WheelPlan(
        tuple(
            SegmentPlan(one.label_en, one.label_ar, one.weight, one.batch_id, one.per_hour, one.colour)
            for one in segments(version)
        ),
        version.always_batch_id,
    )


def usable_batches(merchant_id: uuid.UUID, *, now: dt.datetime) -> list[Batch]:
    """Batches a wheel may give out: not over, with coupons that are not for print.

    First those without a channel, which nobody else gives out; newest first.
    """
    found = Batch.objects.filter(
        merchant_id=merchant_id, state__in=["active", "paused", "generating"], claim_until__gt=now,
        print_quantity__lt=F("quantity"),
    )  # fmt: skip
    without = Q(on_centre=False, in_store=False)
    return list(found.annotate(has_channel=~without).order_by("has_channel", "-created_at")[:200])


def held_back(wheel: Wheel) -> list[Batch]:
    """Store batches that the page behind the poster does not give: prizes of any version of a wheel that ever ran."""
    if not wheel.is_on and wheel.switched_at is None:
        return []
    prizes = Segment.objects.filter(version__wheel=wheel).exclude(batch=None).values("batch_id")
    return list(
        Batch.objects.filter(id__in=prizes, in_store=True, state__in=["active", "paused"]).order_by("-created_at")
    )


def free_of(batch_ids: set[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many coupons of each batch are free to be won."""
    rows = Coupon.objects.filter(batch_id__in=batch_ids, state="available", lane="online")
    return dict(rows.order_by().values_list("batch_id").annotate(Count("id")))


def barred(version: WheelVersion, *, now: dt.datetime) -> dict[int, str]:
    """Positions that cannot be drawn now, and why: paused, over, closed, not_yet, sold_out or pacing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, barred FROM wheel_open(%s, NULL, %s) WHERE barred <> ''", [version.id, now])
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Figures:
    """Of one version: `wins` of `spins`, and by segment how often it was drawn and how often it was to be expected."""

    spins: int
    wins: int
    people: int
    last_day: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Row:
    """`share`: of all weights, in percent, as the version was made. `expected`: by what was in play at each spin."""

    segment: Segment
    share: float
    drawn: int
    expected: float


def _expected(version: WheelVersion, spins: int) -> dict[int, float]:
    """How often each place should have come, from what stood in the log of each spin. Of many, a minute old."""
    key = f"wheel.expected.{version.id}"
    known: dict[int, float] | None = cache.get(key) if spins > MANY else None
    if known is not None:
        return known
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED, [version.id])
        found: dict[int, float] = dict(cursor.fetchall())
    if spins > MANY:
        cache.set(key, found, 60)
    return found


def figures(version: WheelVersion, *, now: dt.datetime) -> Figures:
    """How the spins of a version came out."""
    spins = Spin.objects.filter(version=version)
    totals = spins.aggregate(
        all=Count("id"), wins=Count("id", filter=Q(outcome="win")), people=Count("customer_id", distinct=True),
        last_day=Count("id", filter=Q(created_at__gt=now - dt.timedelta(days=1))),
    )  # fmt: skip
    drawn = dict(spins.order_by().exclude(segment=None).values_list("segment_id").annotate(Count("id")))
    expected = _expected(version, totals["all"])
    found = segments(version)
    weight = sum(one.weight for one in found)
    rows = tuple(
        Row(one, 100 * one.weight / weight, drawn.get(one.id, 0), expected.get(one.position, 0.0)) for one in found
    )
    return Figures(totals["all"], totals["wins"], totals["people"], totals["last_day"], rows)
