"""What is sold where, at which price.

Of all the lines that fit a country, a currency and an agent, the newest valid one of each scope counts, and of the
scopes the narrowest: an agent's own price before a country's, a country's before the general one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from credits.pricing.errors import CostNotShown, NoSuchOffer
from credits.pricing.models import Price, PriceItem
from tenants.walls import current_wall

_ITEM = ("code", "kind", "name_en", "name_ar", "coupon", "wa_ui", "wa_bi", "ad_type", "days")
# The columns of a price that every level may read. Costs are the agent's business.
_SHOWN = ("id", "item_id", "currency", "country", "agent_id", "retail", "withdrawn")
_NEWEST_OF_SCOPE = ("agent_id", "country", "-valid_from", "-id")


@dataclass(frozen=True, slots=True)
class Offer:
    """An item with the price that holds. Amounts are in minor units of `currency`; `known_cost` None is hidden."""

    price_id: uuid.UUID
    item_id: uuid.UUID
    code: str
    kind: str
    name_en: str
    name_ar: str
    coupon: int
    wa_ui: int
    wa_bi: int
    ad_type: str
    days: int
    currency: str
    retail: int
    known_cost: int | None = None

    @property
    def cost(self) -> int:
        """What the agent owes the platform for one. Raises CostNotShown at a level that may not know it."""
        if self.known_cost is None:
            raise CostNotShown
        return self.known_cost

    @property
    def profit(self) -> int:
        """What the agent keeps, below zero where it loses. Raises CostNotShown."""
        return self.retail - self.cost

    def name(self, language: str) -> str:
        return self.name_ar if language == "ar" else self.name_en


def offers(
    *,
    country: str,
    currency: str,
    now: dt.datetime,
    agent_id: uuid.UUID | None = None,
    kinds: Iterable[str] | None = None,
) -> list[Offer]:
    """Everything that is sold now in `country` and `currency`, by the agent where one is given, in the book's order."""
    prices = _fitting(country=country, currency=currency, agent_id=agent_id, now=now).filter(item__enabled=True)
    if kinds is not None:
        prices = prices.filter(item__kind__in=list(kinds))
    return _narrowest(prices.order_by("item__position", "item__code", *_NEWEST_OF_SCOPE))


def offer(
    *, item_id: uuid.UUID, country: str, currency: str, now: dt.datetime, agent_id: uuid.UUID | None = None
) -> Offer:
    """One item with its price. Raises NoSuchOffer where it is not sold."""
    prices = _fitting(country=country, currency=currency, agent_id=agent_id, now=now)
    found = _narrowest(prices.filter(item_id=item_id, item__enabled=True).order_by("item_id", *_NEWEST_OF_SCOPE))
    if not found:
        raise NoSuchOffer
    return found[0]


def moments_ahead(
    *, country: str, currency: str, now: dt.datetime, agent_id: uuid.UUID | None = None
) -> list[dt.datetime]:
    """When a price that fits begins to hold, after `now`; the nearest first."""
    lines = _in_scope(country=country, currency=currency, agent_id=agent_id).filter(valid_from__gt=now)
    return list(lines.order_by("valid_from").values_list("valid_from", flat=True).distinct())


def _fitting(*, country: str, currency: str, agent_id: uuid.UUID | None, now: dt.datetime) -> QuerySet[Price]:
    return _in_scope(country=country, currency=currency, agent_id=agent_id).filter(valid_from__lte=now)


def _in_scope(*, country: str, currency: str, agent_id: uuid.UUID | None) -> QuerySet[Price]:
    whose = Q(agent_id__isnull=True)
    if agent_id is not None:
        whose |= Q(agent_id=agent_id)
    return Price.objects.filter(whose, country__in={"", country.upper()}, currency=currency.upper())


def _narrowest(prices: QuerySet[Price]) -> list[Offer]:
    """The newest line of each scope; then, per item, the one of the narrowest scope that is still sold."""
    found = current_wall()
    shows_cost = found is not None and found.level in {"site", "master"}
    columns = [*_SHOWN, *(f"item__{name}" for name in _ITEM), *(["cost"] if shows_cost else [])]
    best: dict[uuid.UUID, tuple[tuple[bool, bool], dict[str, Any]]] = {}
    seen: set[tuple[Any, ...]] = set()
    for row in prices.values(*columns):
        scope = (row["item_id"], row["agent_id"], row["country"])
        if scope in seen:
            continue
        seen.add(scope)
        width = (row["agent_id"] is not None, row["country"] != "")
        if not row["withdrawn"] and (row["item_id"] not in best or width > best[row["item_id"]][0]):
            best[row["item_id"]] = (width, row)
    return [_offer(row) for _, row in best.values()]


def imagined(item: PriceItem, *, currency: str, retail: int, cost: int) -> Offer:
    """The offer that a price not yet set would make: for what is shown before it is set."""
    return Offer(
        price_id=item.id, item_id=item.id, currency=currency, retail=retail, known_cost=cost,
        **{name: getattr(item, name) for name in _ITEM},
    )  # fmt: skip


def _offer(row: dict[str, Any]) -> Offer:
    return Offer(
        price_id=row["id"], item_id=row["item_id"], currency=row["currency"], retail=row["retail"],
        known_cost=row.get("cost"), **{name: row[f"item__{name}"] for name in _ITEM},
    )  # fmt: skip
