"""Filters: read from the URL, applied to the query, shown as a control and as a chip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ui import clock

Rows = QuerySet[Any]
Choices = Iterable[tuple[Any, Any]]


@dataclass(frozen=True)
class Filter:
    """`name` is its parameter; `field` what it filters by (its name by default); `apply(queryset, value)` overrides."""

    name: str
    label: Any
    field: str = ""
    apply: Callable[[Rows, Any], Rows] | None = None
    template: ClassVar[str] = ""

    @property
    def params(self) -> tuple[str, ...]:
        return (self.name,)

    def value(self, query: QueryDict, view: Any) -> Any:
        """What the URL asks for; None for nothing, or for nonsense."""
        raise NotImplementedError

    def narrow(self, rows: Rows, value: Any) -> Rows:
        """The rows that match."""
        if self.apply is not None:
            return self.apply(rows, value)
        return rows.filter(**{self.field or self.name: value})

    def said(self, value: Any, view: Any) -> str:
        """The value in words, for the chip."""
        return str(value)

    def control(self, query: QueryDict, view: Any) -> dict[str, Any]:
        """What its template needs."""
        return {"filter": self, "value": self.value(query, view), "template": self.template}


@dataclass(frozen=True)
class Choice(Filter):
    """One of some, or with `multiple` several of them. `choices` may be a function of the view."""

    choices: Choices | Callable[[Any], Choices] = ()
    multiple: bool = False
    template: ClassVar[str] = "ui/lists/filter_choice.html"

    def options(self, view: Any) -> list[tuple[str, Any]]:
        found = self.choices(view) if callable(self.choices) else self.choices
        return [(str(value), label) for value, label in found]

    def value(self, query: QueryDict, view: Any) -> Any:
        known = {value for value, _label in self.options(view)}
        asked = [value for value in query.getlist(self.name) if value in known]
        if not asked:
            return None
        return asked if self.multiple else asked[-1]

    def narrow(self, rows: Rows, value: Any) -> Rows:
        if self.apply is None and self.multiple:
            return rows.filter(**{f"{self.field or self.name}__in": value})
        return super().narrow(rows, value)

    def said(self, value: Any, view: Any) -> str:
        labels = dict(self.options(view))
        chosen = value if isinstance(value, list) else [value]
        return _t(", ").join(str(labels[one]) for one in chosen)

    def control(self, query: QueryDict, view: Any) -> dict[str, Any]:
        value = self.value(query, view)
        chosen = value if isinstance(value, list) else [value]
        options = [(option, label, option in chosen) for option, label in self.options(view)]
        return {**super().control(query, view), "options": options}


@dataclass(frozen=True)
class Boolean(Filter):
    """Yes or no."""

    template: ClassVar[str] = "ui/lists/filter_choice.html"
    multiple: ClassVar[bool] = False

    def value(self, query: QueryDict, view: Any) -> bool | None:
        return {"1": True, "0": False}.get(query.get(self.name, ""))

    def said(self, value: Any, view: Any) -> str:
        return _t("Yes") if value else _t("No")

    def control(self, query: QueryDict, view: Any) -> dict[str, Any]:
        value = self.value(query, view)
        options = [("1", _t("Yes"), value is True), ("0", _t("No"), value is False)]
        return {**super().control(query, view), "options": options}


PRESETS: dict[str, Any] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "7d": _("Last 7 days"),
    "30d": _("Last 30 days"),
    "month": _("This month"),
    "last_month": _("Last month"),
}


def _preset(code: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of a preset."""
    first = today.replace(day=1)
    before = first - dt.timedelta(days=1)
    return {
        "today": (today, today),
        "yesterday": (today - dt.timedelta(days=1), today - dt.timedelta(days=1)),
        "7d": (today - dt.timedelta(days=6), today),
        "30d": (today - dt.timedelta(days=29), today),
        "month": (first, today),
        "last_month": (before.replace(day=1), before),
    }[code]


@dataclass(frozen=True)
class DateRange(Filter):
    """Days from and to, in the site's zone, with presets. `is_date` for columns that hold days and not moments."""

    is_date: bool = False
    template: ClassVar[str] = "ui/lists/filter_dates.html"

    @property
    def params(self) -> tuple[str, ...]:
        return (self.name, f"{self.name}_from", f"{self.name}_to")

    def _days(self, query: QueryDict) -> tuple[str, dt.date | None, dt.date | None]:
        def day(end: str) -> dt.date | None:
            try:
                return parse_date(query.get(f"{self.name}_{end}", ""))
            except ValueError:
                return None

        first, last = day("from"), day("to")
        if first or last:
            return "", first, last
        code = query.get(self.name, "")
        if code not in PRESETS:
            return "", None, None
        return code, *_preset(code, dt.datetime.now(clock.zone()).date())

    def value(self, query: QueryDict, view: Any) -> tuple[str, dt.date | None, dt.date | None] | None:
        found = self._days(query)
        return found if found[1] or found[2] else None

    def narrow(self, rows: Rows, value: Any) -> Rows:
        if self.apply is not None:
            return self.apply(rows, value)
        _code, first, last = value
        field = self.field or self.name
        if first:
            rows = rows.filter(**{f"{field}__gte": first if self.is_date else _start(first)})
        if last:
            after = last + dt.timedelta(days=1)
            rows = rows.filter(**{f"{field}__lt": after if self.is_date else _start(after)})
        return rows

    def said(self, value: Any, view: Any) -> str:
        code, first, last = value
        if code:
            return str(PRESETS[code])
        ends = [date_format(day, "j M Y") if day else "…" for day in (first, last)]
        return " – ".join(ends)

    def control(self, query: QueryDict, view: Any) -> dict[str, Any]:
        code, first, last = self._days(query)
        presets = [(key, label, key == code) for key, label in PRESETS.items()]
        own = {"from": first, "to": last} if not code else {"from": None, "to": None}
        return {**super().control(query, view), "presets": presets, "days": own}


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.zone())
