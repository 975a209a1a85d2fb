"""What the lists of coupons have in common: other rooms' columns and filters behind the state of the coupon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from merchants.beside import Beside, parts
from merchants.models import Coupon
from ui.lists import Column, Filter, ListView, MenuItem
from ui.navigation import allowed


class CouponRows(ListView):
    """Its own columns and filters are declared as `own_columns` and `own_filters`."""

    own_columns: ClassVar[Sequence[Column]] = ()
    own_filters: ClassVar[Sequence[Filter]] = ()

    @property
    def columns(self) -> Any:  # type: ignore[override]
        return self._behind_state(self.own_columns, "key", [one for part in self._parts for one in part.columns])

    @property
    def filters(self) -> Any:  # type: ignore[override]
        return self._behind_state(self.own_filters, "name", [one for part in self._parts for one in part.filters])

    def list_coupons(self) -> QuerySet[Coupon]:
        """The coupons of the list."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Coupon]:
        rows = self.list_coupons()
        for part in self._parts:
            rows = part.annotate(rows)
        return rows

    def row_menu(self, row: Coupon) -> list[MenuItem]:
        return [item for part in self._parts for item in part.menu(row)]

    @property
    def _parts(self) -> list[Beside]:
        return [part for part in parts() if allowed(self.request, part.verb)]

    def _behind_state(self, own: Sequence[Any], named: str, others: Sequence[Any]) -> list[Any]:
        place = next(place for place, one in enumerate(own, 1) if getattr(one, named) == "state")
        return [*own[:place], *others, *own[place:]]
