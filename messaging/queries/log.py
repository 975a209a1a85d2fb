"""The log of messages, as merchants and a site's staff read it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from merchants.models import Batch, Coupon, Merchant
from messaging.choices import ARRIVED, ON_THE_WAY, Charge, State, Type
from messaging.errors import NoSuchMessage
from messaging.models import Message

COUNTED = 100_000  # messages, beyond which counting them takes longer than a page may
BATCHES = 50  # to choose from
# Nobody who reads the log may read these, and level merchant has no right to them.
UNREAD = ("recipient", "to_sealed", "secret_sealed", "user_id")


def list_messages() -> QuerySet[Message]:
    """The messages this wall shows: a merchant's own, all at level site."""
    return Message.objects.defer(*UNREAD).select_related("merchant", "customer", "coupon", "batch")


def get(message_id: uuid.UUID) -> Message:
    """One of them. Raises NoSuchMessage."""
    found = list_messages().filter(id=message_id).first()
    if found is None:
        raise NoSuchMessage
    return found


def list_merchants(*, asked: uuid.UUID | None, limit: int) -> list[Merchant]:
    """The first merchants by name, and the one that is asked for wherever it stands."""
    found = list(Merchant.objects.order_by("brand_name", "id")[:limit])
    if asked and all(merchant.id != asked for merchant in found):
        found += Merchant.objects.filter(id=asked)
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """Messages of one type that were queued in a period: how many arrived, failed, are still on the way, and wait for
    somebody to decide because nobody knows what became of them."""

    arrived: int = 0
    failed: int = 0
    open: int = 0
    unknown: int = 0
    credits: int = 0


def figures(*, since: dt.datetime) -> dict[str, Figures]:
    """By type, in one query; what was never sent (no credits, stopped) counts nowhere."""
    rows = (
        Message.objects.filter(created_at__gte=since)
        .order_by()
        .values_list("type")
        .annotate(
            arrived=Count("id", filter=Q(state__in=ARRIVED)), failed=Count("id", filter=Q(state=State.FAILED)),
            open=Count("id", filter=Q(state__in=ON_THE_WAY)),
            unknown=Count("id", filter=Q(state=State.UNKNOWN)),
            credits=Count("id", filter=Q(charge="spent")),
        )
    )  # fmt: skip
    found = {kind: Figures(*counts) for kind, *counts in rows}
    return {kind: found.get(kind, Figures()) for kind in Type.values}


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of some messages. `sent` counts what was sent at least, `delivered` what was delivered at least: each
    holds the next. `waiting` is on the way, `cancelled` was never sent. `is_capped`: there are more than `all`."""

    all: int
    sent: int
    delivered: int
    read: int
    failed: int
    waiting: int
    unknown: int
    cancelled: int
    credits: int
    is_capped: bool


def count(rows: QuerySet[Message]) -> Counted:
    """What became of `rows`, in one query: of the newest hundred thousand, where there are more."""
    newest = rows.order_by("-created_at").values("state", "charge")[: COUNTED + 1]
    found = newest.aggregate(
        all=Count("state"), sent=_in(*ARRIVED), delivered=_in(State.DELIVERED, State.READ), read=_in(State.READ),
        failed=_in(State.FAILED), waiting=_in(*ON_THE_WAY), unknown=_in(State.UNKNOWN), cancelled=_in(State.CANCELLED),
        credits=Count("charge", filter=Q(charge=Charge.SPENT)),
    )  # fmt: skip
    return Counted(**{**found, "all": min(found["all"], COUNTED)}, is_capped=found["all"] > COUNTED)


def _in(*states: str) -> Count:
    return Count("state", filter=Q(state__in=states))


def list_batches(*, asked: uuid.UUID | None, merchant_id: uuid.UUID | None) -> list[Batch]:
    """The newest batches, of one merchant or all that this wall shows, and the one that is asked for however old."""
    rows = Batch.objects.select_related("merchant").defer("face", "terms_en", "terms_ar").order_by("-created_at")
    found = list((rows.filter(merchant_id=merchant_id) if merchant_id else rows)[:BATCHES])
    if asked and all(batch.id != asked for batch in found):
        found += rows.filter(id=asked)
    return found


def count_unknown(*, merchant_id: uuid.UUID | None = None) -> int:
    """Messages whose outcome nobody knows, however old: of one merchant, or all that this wall shows."""
    found = Message.objects.filter(state=State.UNKNOWN)
    return (found.filter(merchant_id=merchant_id) if merchant_id else found).count()


def with_last_message(coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """Each coupon with `last_message`: the state of the newest message about it to whom it belongs now, or None."""
    return coupons.annotate(last_message=Subquery(_newest("pk", "customer_id").values("state")[:1]))


def by_last_message(coupons: QuerySet[Coupon], *, states: Sequence[str], without: bool) -> QuerySet[Coupon]:
    """The coupons whose last message is in one of `states`, and with `without` those that have none.

    Reads from the messages: there are fewer of them than coupons.
    """
    newer = Message.objects.filter(coupon_id=OuterRef("coupon_id"), customer_id=OuterRef("customer_id")).filter(
        Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), id__gt=OuterRef("id"))
    )
    theirs = Message.objects.filter(state__in=states, customer_id=F("coupon__customer_id"))
    found = Q(id__in=theirs.exclude(Exists(newer)).values("coupon_id"))
    return coupons.filter(found | ~Q(Exists(_newest("pk", "customer_id"))) if without else found)


def _newest(coupon: str, customer: str) -> QuerySet[Message]:
    """The messages about a coupon to a customer, newest first. A coupon that was held and became free again may have
    messages to somebody else, which are not about it any more."""
    of_it = Message.objects.filter(coupon_id=OuterRef(coupon), customer_id=OuterRef(customer))
    return of_it.order_by("-created_at", "-id")
