"""The lines of the book: what holds now, what is to come, what was."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Coalesce

from credits.pricing.models import Price, PriceItem
from credits.pricing.queries import book

MOMENTS = 24  # how many changes ahead a site is shown
# In a comparison, where null equals nothing.
_EVERYBODY = Value(uuid.UUID(int=0), output_field=UUIDField())


def list_items() -> QuerySet[PriceItem]:
    """Every item, switched-off ones included."""
    return PriceItem.objects.all()


def get_item(item_id: uuid.UUID) -> PriceItem | None:
    """One item."""
    return PriceItem.objects.filter(id=item_id).first()


def newest(
    *, item_id: uuid.UUID, currency: str, country: str, agent_id: uuid.UUID | None, now: dt.datetime
) -> Price | None:
    """The line that holds for exactly this scope at `now`; it may say that the price was withdrawn."""
    lines = Price.objects.filter(
        item_id=item_id, currency=currency, country=country, agent_id=agent_id, valid_from__lte=now
    )
    return lines.order_by("-valid_from", "-id").first()


def list_current(now: dt.datetime) -> QuerySet[Price]:
    """The line that holds at `now` for each scope of each item, without what was withdrawn."""
    later = Price.objects.annotate(whose=Coalesce("agent_id", _EVERYBODY)).filter(
        Q(valid_from__gt=OuterRef("valid_from")) | Q(valid_from=OuterRef("valid_from"), id__gt=OuterRef("id")),
        whose=Coalesce(OuterRef("agent_id"), _EVERYBODY),
        item_id=OuterRef("item_id"), currency=OuterRef("currency"), country=OuterRef("country"),
        valid_from__lte=now,
    )  # fmt: skip
    return Price.objects.filter(~Exists(later), valid_from__lte=now, withdrawn=False).select_related("item")


def list_here(*, country: str, currency: str, now: dt.datetime, agent_id: uuid.UUID | None = None) -> QuerySet[Price]:
    """What holds now and what will hold, of the lines that fit: what staff of a site see. Each with `state`."""
    asked: dict[str, Any] = {"country": country, "currency": currency, "agent_id": agent_id}
    moments = book.moments_ahead(now=now, **asked)[:MOMENTS]
    found = {offer.price_id for moment in (now, *moments) for offer in book.offers(now=moment, **asked)}
    # Who of the platform wrote a line is not for sites to read.
    lines = Price.objects.filter(id__in=found).select_related("item").defer("created_by", "created_by_label")
    return lines.annotate(
        state=Case(When(valid_from__gt=now, then=Value("upcoming")), default=Value("current"), output_field=CharField())
    )


def list_of_item(item_id: uuid.UUID) -> QuerySet[Price]:
    """Every line of an item, the latest first."""
    return Price.objects.filter(item_id=item_id).order_by("-valid_from", "-id")


def with_state(lines: QuerySet[Price], now: dt.datetime) -> QuerySet[Price]:
    """Each line with `state`: upcoming, current, withdrawn (it ended its scope's price) or replaced."""
    return lines.annotate(
        state=Case(
            When(valid_from__gt=now, then=Value("upcoming")),
            When(withdrawn=True, then=Value("withdrawn")),
            When(id__in=list_current(now).values("id"), then=Value("current")),
            default=Value("replaced"),
            output_field=CharField(),
        )
    )
