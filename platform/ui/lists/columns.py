"""Columns: where a value comes from, how it looks, what is exported of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import conditional_escape
from django.utils.translation import gettext as _

from ui import clock, states
from ui.tags import basics
from ui.text import group_serial, minor_digits, money_text


class Kind:
    """Plain text. `align` is `start` or `end`."""

    align = "start"

    def html(self, value: Any, row: Any) -> Any:
        return basics.NONE if value is None or value == "" else conditional_escape(value)

    def export(self, value: Any, row: Any) -> Any:
        return value


class _Number(Kind):
    align = "end"

    def html(self, value: Any, row: Any) -> Any:
        return basics.number(value)


class _Credits(_Number):
    def html(self, value: Any, row: Any) -> Any:
        return basics.credit_figure(value)


class _Phone(Kind):
    def html(self, value: Any, row: Any) -> Any:
        return basics.phone(value)


class _Serial(Kind):
    def html(self, value: Any, row: Any) -> Any:
        return basics.serial_text(value)

    def export(self, value: Any, row: Any) -> Any:
        return group_serial(value or "")


class _When(Kind):
    """A moment; exported in the zone that pages show."""

    def html(self, value: Any, row: Any) -> Any:
        return basics.when(value)

    def export(self, value: Any, row: Any) -> Any:
        return clock.local(value) if isinstance(value, dt.datetime) else value


class _Date(_When):
    def html(self, value: Any, row: Any) -> Any:
        return basics.when(value, "date")

    def export(self, value: Any, row: Any) -> Any:
        return clock.local(value).date() if isinstance(value, dt.datetime) else value


class _Bool(Kind):
    def html(self, value: Any, row: Any) -> Any:
        return basics.icon("check", 16, _("Yes")) if value else basics.NONE

    def export(self, value: Any, row: Any) -> Any:
        return _("Yes") if value else _("No")


@dataclass(frozen=True)
class StateKind(Kind):
    """A state of a registered kind; None is nothing."""

    kind: str = ""

    def html(self, value: Any, row: Any) -> Any:
        return basics.NONE if value is None else basics.state_badge(value, self.kind)

    def export(self, value: Any, row: Any) -> Any:
        return "" if value is None else str(states.find(value, self.kind).label)


@dataclass(frozen=True)
class MoneyKind(Kind):
    """Minor units of a currency: its ISO code, or the name of the row's attribute that holds it."""

    currency: str
    align = "end"

    def _code(self, row: Any) -> str:
        fixed = len(self.currency) == 3 and self.currency.isupper()
        return self.currency if fixed else str(lookup(row, self.currency))

    def html(self, value: Any, row: Any) -> Any:
        return basics.money(value, self._code(row))

    def export(self, value: Any, row: Any) -> Any:
        if value is None:
            return None
        code = self._code(row)
        if code == self.currency:
            return Decimal(value).scaleb(-minor_digits(code))
        return money_text(value, code)


TEXT, NUMBER, CREDITS, PHONE, SERIAL = Kind(), _Number(), _Credits(), _Phone(), _Serial()
WHEN, DATE, BOOL = _When(), _Date(), _Bool()


def lookup(row: Any, path: str) -> Any:
    """`branch.name` of a row; a missing link on the way gives None."""
    value = row
    for part in path.replace("__", ".").split("."):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, dict) else getattr(value, part)
    return value() if callable(value) else value


@dataclass(frozen=True)
class Column:
    """One column. `value` is an attribute path or a function of the row (its own key by default); `sort` a database
    field or expression, never null unless `sort_nullable`; `hidden` ones are off until chosen."""

    key: str
    label: Any
    value: str | Callable[[Any], Any] = ""
    kind: Kind = TEXT
    sort: Any = ""
    sort_nullable: bool = False
    render: Callable[[Any], Any] | None = None
    align: str = ""
    hidden: bool = False
    primary: bool = False
    exported: bool = True

    def raw(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        return lookup(row, self.value or self.key)

    def html(self, row: Any) -> Any:
        """The cell."""
        if self.render is not None:
            return self.render(row)
        return self.kind.html(self.raw(row), row)

    def exported_value(self, row: Any) -> Any:
        return self.kind.export(self.raw(row), row)

    @property
    def css(self) -> str:
        align = self.align or self.kind.align
        parts = (f"is-{align}" if align != "start" else "", "is-primary" if self.primary else "")
        return " ".join(part for part in parts if part)
