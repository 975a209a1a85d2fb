"""What rooms above say of a coupon, beside its own state, in every list of coupons; and of a customer, on its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from merchants.models import Coupon, Customer
from ui.lists import Column, Filter, MenuItem


@dataclass(frozen=True)
class Beside:
    """One room's part. `annotate` puts what the columns read onto the rows, without a query of its own; `menu` is more
    of what a row offers. Who may not do `verb` sees none of it."""

    verb: str
    columns: Sequence[Column]
    filters: Sequence[Filter]
    annotate: Callable[[QuerySet[Coupon]], QuerySet[Coupon]]
    menu: Callable[[Coupon], Iterable[MenuItem]]


@dataclass(frozen=True)
class Card:
    """One room's card on a customer's page: a template, and what it needs. Who may not do `verb` does not see it."""

    verb: str
    template: str
    context: Callable[[Customer, Actor], Mapping[str, Any]]


_known: list[Beside] = []
_cards: list[Card] = []


def register(part: Beside) -> None:
    """Called once by a room, when the app is ready."""
    _known.append(part)


def register_card(card: Card) -> None:
    """Called once by a room, when the app is ready."""
    _cards.append(card)


def cards() -> Sequence[Card]:
    """Every room's card, in the order of their registering."""
    return tuple(_cards)


def parts() -> Sequence[Beside]:
    """Every room's part, in the order of their registering."""
    return tuple(_known)
