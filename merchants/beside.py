"""What rooms above say of a coupon, beside its own state, in every list of coupons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from merchants.models import Coupon
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


_known: list[Beside] = []


def register(part: Beside) -> None:
    """Called once by a room, when the app is ready."""
    _known.append(part)


def parts() -> Sequence[Beside]:
    """Every room's part, in the order of their registering."""
    return tuple(_known)
