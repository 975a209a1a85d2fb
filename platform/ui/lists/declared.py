"""What a list declares, and what its URL asks of it."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from ui.components import Action, Empty, MenuItem, Tab
from ui.lists import bulk, paging
from ui.lists.columns import Column
from ui.lists.filters import Filter
from ui.lists.state import RESERVED, ListState
from ui.navigation import allowed
from ui.queries import savedviews

_LOOKUPS = ("exact", "iexact", "startswith", "istartswith", "icontains")


def _looked_up(field: str) -> str:
    """A field of a list's search, also of a related row (`merchant__brand_name`): contains, unless it says how."""
    return field if field.rpartition("__")[2] in _LOOKUPS else f"{field}__icontains"


class Declared:
    """The part of a list that a room writes, and the reading of the URL."""

    request: HttpRequest

    verb: ClassVar[str] = ""
    name: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    columns: ClassVar[Sequence[Column]] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    search_hint: ClassVar[Any] = ""
    filters: ClassVar[Sequence[Filter]] = ()
    default_sort: ClassVar[str] = ""
    bulk_actions: ClassVar[Sequence[bulk.Bulk]] = ()
    bulk_input: ClassVar[bulk.BulkInput | None] = None
    empty: ClassVar[Empty] = Empty("")
    sizes: ClassVar[tuple[int, ...]] = (25, 50, 100)
    count_cap: ClassVar[int] = 10_000
    bulk_limit: ClassVar[int] = 10_000
    export_limit: ClassVar[int] = 100_000
    exportable: ClassVar[bool] = True
    export_verb: ClassVar[str] = ""
    saves_views: ClassVar[bool] = True
    template_name: ClassVar[str] = "ui/list.html"
    region_template: ClassVar[str] = "ui/lists/region.html"
    list_subtitle: ClassVar[Any] = ""

    # What a list overrides.

    def get_queryset(self) -> QuerySet[Any]:
        """All rows this person may see."""
        raise NotImplementedError

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """The rows that match a search: every word in one of `search_fields`."""
        for word in text.split():
            tests = (Q(**{_looked_up(field): word}) for field in self.search_fields)
            rows = rows.filter(reduce(operator.or_, tests))
        return rows

    def row_url(self, row: Any) -> str:
        """Where a press on the row leads; empty for nowhere."""
        return ""

    def row_menu(self, row: Any) -> Iterable[MenuItem]:
        """What can be done with one row."""
        return ()

    def actions(self) -> Sequence[Action]:
        """Buttons of the page's head, the primary one first."""
        return ()

    def tabs(self) -> Sequence[Tab]:
        """Tabs above the list."""
        return ()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """More for the page around the list."""
        return context

    def get_region_context(self) -> dict[str, Any]:
        """More for the part that htmx refreshes."""
        return {}

    # What the URL asks for.

    @cached_property
    def state(self) -> ListState:
        return ListState(self.request.GET)

    @cached_property
    def by_key(self) -> dict[str, Column]:
        clash = {name for one in self.filters for name in one.params} & RESERVED
        if clash:
            raise ValueError(f"{type(self).__name__}: filters cannot be named {sorted(clash)}")
        return {column.key: column for column in self.columns}

    @cached_property
    def visible(self) -> list[Column]:
        """The chosen columns, in the list's own order; the primary one always."""
        asked = set(",".join(self.request.GET.getlist("cols")).split(",")) & set(self.by_key)
        return [
            column
            for column in self.columns
            if column.primary or (column.key in asked if asked else not column.hidden)
        ]

    @cached_property
    def sort_key(self) -> str:
        """`-created` or `name`: what is asked for if it can be sorted by, else the default."""
        asked = self.request.GET.get("sort", "")
        column = self.by_key.get(asked.lstrip("-"))
        return asked if column is not None and column.sort else self.default_sort

    @cached_property
    def sort(self) -> paging.Sort:
        key = self.sort_key
        if not key:
            return paging.Sort("pk", descending=True)
        column = self.by_key[key.lstrip("-")]
        return paging.Sort(column.sort, descending=key.startswith("-"), nullable=column.sort_nullable)

    @cached_property
    def size(self) -> int:
        asked = self.request.GET.get("size", "")
        return int(asked) if asked.isdecimal() and int(asked) in self.sizes else self.sizes[0]

    @cached_property
    def active(self) -> list[tuple[Filter, Any]]:
        """The filters in force, with their values."""
        found = ((one, one.value(self.request.GET, self)) for one in self.filters)
        return [(one, value) for one, value in found if value is not None]

    @cached_property
    def matching(self) -> QuerySet[Any]:
        """Every row that fits search and filters, unordered."""
        rows = self.get_queryset()
        for one, value in self.active:
            rows = one.narrow(rows, value)
        text = self.state.search
        return self.search(rows, text) if text and self.has_search else rows

    @property
    def has_search(self) -> bool:
        return bool(self.search_fields) or type(self).search is not Declared.search

    @property
    def is_narrowed(self) -> bool:
        return bool(self.active or self.state.search)

    @property
    def may_export(self) -> bool:
        return self.exportable and allowed(self.request, self.export_verb)

    @property
    def allowed_bulk(self) -> list[bulk.Bulk]:
        return [action for action in self.bulk_actions if allowed(self.request, action.verb)]

    @cached_property
    def saved(self) -> list[Any]:
        person = getattr(getattr(self.request, "actor", None), "id", None)
        return savedviews.list_of(person, self.name) if person and self.saves_views and self.name else []
