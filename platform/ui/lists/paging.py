"""Paging by key: the next page begins after the last row seen, so page 40,000 costs what page 1 costs."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable

KEY = "_list_key"
_SALT = "ui.lists.cursor"
_READ: dict[str, Any] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "UUID": uuid.UUID,
    "Decimal": Decimal,
}


@dataclass(frozen=True, slots=True)
class Sort:
    """What a list is ordered by: the expression, its direction, and whether it may be null."""

    expression: Any
    descending: bool
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """One page of rows and the ways out of it."""

    rows: list[Any]
    before: str
    after: str


class RowCompare(Func):
    """`(key, pk) > (value, pk)`: the comparison that one index serves."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, key: Any, pk: Any, value: Any, after: Any, *, operator: str) -> None:
        super().__init__(key, pk, value, after)
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts, params = [], []
        for expression in self.get_source_expressions():
            sql, more = compiler.compile(expression)
            parts.append(sql)
            params.extend(more)
        return f"(({parts[0]}, {parts[1]}) {self.operator} ({parts[2]}, {parts[3]}))", params


def _pack(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    kind = type(value).__name__
    return [kind, value.isoformat() if hasattr(value, "isoformat") else str(value)]


def _unpack(value: Any) -> Any:
    return _READ[value[0]](value[1]) if isinstance(value, list) else value


def write_cursor(row: Any) -> str:
    """The place of a row, signed: nobody else's value reaches the query."""
    return signing.dumps([_pack(getattr(row, KEY)), _pack(row.pk)], salt=_SALT, compress=True)


def read_cursor(text: str) -> tuple[Any, Any] | None:
    """The place a cursor names; None for one that is not ours."""
    if not text:
        return None
    try:
        key, pk = signing.loads(text, salt=_SALT)
        return _unpack(key), _unpack(pk)
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        return None


def _beyond(key: Any, pk: Any, *, greater: bool, nulls_beyond: bool, nullable: bool) -> Any:
    """The rows after (key, pk) when reading upwards (`greater`) or downwards."""
    if not nullable:
        return RowCompare(F(KEY), F("pk"), Value(key), Value(pk), operator=">" if greater else "<")
    side = "gt" if greater else "lt"
    same = Q(**{f"pk__{side}": pk})
    if key is None:
        tied = Q(**{f"{KEY}__isnull": True}) & same
        return tied if nulls_beyond else tied | Q(**{f"{KEY}__isnull": False})
    found = Q(**{f"{KEY}__{side}": key}) | Q(**{KEY: key}) & same
    return found | Q(**{f"{KEY}__isnull": True}) if nulls_beyond else found


def ordered(rows: QuerySet[Any], sort: Sort, *, backwards: bool = False) -> QuerySet[Any]:
    """`rows` in the order of `sort`, ties by key; nulls come last, and first when read backwards."""
    expression = sort.expression if isinstance(sort.expression, Combinable) else F(str(sort.expression))
    descending = sort.descending != backwards
    nulls: dict[str, Any] = {}
    if sort.nullable:
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
    key = F(KEY).desc(**nulls) if descending else F(KEY).asc(**nulls)
    found: QuerySet[Any] = rows.annotate(**{KEY: expression}).order_by(key, "-pk" if descending else "pk")
    return found


def after(rows: QuerySet[Any], place: tuple[Any, Any], sort: Sort, *, backwards: bool = False) -> QuerySet[Any]:
    """Those of the ordered `rows` that come after `place` in reading direction."""
    condition: Any = _beyond(
        *place, greater=sort.descending == backwards, nulls_beyond=not backwards, nullable=sort.nullable
    )
    found: QuerySet[Any] = rows.filter(condition)
    return found


def window(rows: QuerySet[Any], sort: Sort, *, size: int, after_text: str = "", before_text: str = "") -> Window:
    """One page. A cursor that cannot be read gives the first page."""
    backwards = bool(before_text)
    place = read_cursor(before_text or after_text)
    backwards = backwards and place is not None
    found = ordered(rows, sort, backwards=backwards)
    if place is not None:
        found = after(found, place, sort, backwards=backwards)
    page = list(found[: size + 1])
    more, page = len(page) > size, page[:size]
    if backwards:
        page.reverse()
    if not page:
        return Window([], "", "")
    has_before = more if backwards else place is not None
    has_after = True if backwards else more
    return Window(page, write_cursor(page[0]) if has_before else "", write_cursor(page[-1]) if has_after else "")


def each(rows: QuerySet[Any], sort: Sort, *, limit: int, chunk: int = 2000) -> Any:
    """Every row in order, read by key in chunks: no cursor stays open on the server."""
    place: tuple[Any, Any] | None = None
    left = limit
    while left > 0:
        found = ordered(rows, sort)
        if place is not None:
            found = after(found, place, sort)
        page = list(found[: min(chunk, left)])
        yield from page
        left -= len(page)
        if len(page) < chunk:
            return
        place = (getattr(page[-1], KEY), page[-1].pk)


def count_up_to(rows: QuerySet[Any], cap: int) -> tuple[int, bool]:
    """How many rows there are, counted no further than `cap`; the second says that there are more."""
    found = rows.order_by().values("pk")[: cap + 1].count()
    return min(found, cap), found > cap
