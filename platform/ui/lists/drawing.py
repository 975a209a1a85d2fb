"""What the templates of a list draw."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ui.lists import paging
from ui.lists.columns import Column
from ui.lists.declared import Declared
from ui.tags.basics import NONE
from ui.text import thousands

DENSITY_COOKIE = "list_density"


class Drawn(Declared):
    """Turns the rows and the state of a list into the context of its templates."""

    def _frame(self) -> dict[str, Any]:
        current = self.state.saved()
        return {
            "title": self.title,
            "subtitle": self.list_subtitle,
            "actions": list(self.actions()),
            "page_tabs": list(self.tabs()),
            "saved_views": [(view, view.query == current) for view in self.saved],
            "current_view": next((view for view in self.saved if view.query == current), None),
            "can_save": self.saves_views and bool(self.name) and bool(self.state.saved()),
            "has_search": self.has_search,
            "search_hint": self.search_hint or _("Search"),
            "controls": [one.control(self.request.GET, self) for one in self.filters],
            "filter_hidden": self.state.hidden(without=tuple(p for one in self.filters for p in one.params)),
            "column_hidden": self.state.hidden(without=("cols",)),
            "column_choices": [(column, column in self.visible) for column in self.columns if not column.primary],
            "exports": [(form, self.state.url(export=form)) for form in ("csv", "xlsx")] if self.may_export else [],
            "density_url": self.state.url(density="normal" if self._compact else "compact"),
        }

    @property
    def _compact(self) -> bool:
        asked = self.request.GET.get("density") or self.request.COOKIES.get(DENSITY_COOKIE, "")
        return asked == "compact"

    def _heads(self) -> list[dict[str, Any]]:
        heads = []
        for column in self.visible:
            sorted_by = column.key == self.sort_key.lstrip("-")
            falling = self.sort_key.startswith("-")
            url = ""
            if column.sort:
                turned = f"-{column.key}" if sorted_by and not falling else column.key
                url = self.state.url(sort=turned)
            aria = ("descending" if falling else "ascending") if sorted_by else ""
            heads.append({"column": column, "url": url, "aria": aria})
        return heads

    def _cell(self, column: Column, row: Any) -> tuple[Column, Any, str]:
        """The column, its content and its classes; the cards of phones leave empty cells out."""
        html = column.html(row)
        return column, html, f"{column.css} is-blank".strip() if html == NONE else column.css

    def _cells(self, row: Any) -> dict[str, Any]:
        return {
            "id": str(row.pk),
            "url": self.row_url(row),
            "menu": list(self.row_menu(row)),
            "cells": [self._cell(column, row) for column in self.visible],
        }

    def _region(self) -> dict[str, Any]:
        get = self.request.GET
        page = paging.window(
            self.matching, self.sort, size=self.size, after_text=get.get("after", ""), before_text=get.get("before", "")
        )
        total, beyond = paging.count_up_to(self.matching, self.count_cap)
        rows = [self._cells(row) for row in page.rows]
        empty, actions = self.empty, self.allowed_bulk
        return {
            "view": self,
            "state": self.state,
            "rows": rows,
            "heads": self._heads(),
            "total": total,
            "total_text": f"{thousands(total)}{'+' if beyond else ''}",
            "previous_url": self.state.url(before=page.before) if page.before else "",
            "next_url": self.state.url(after=page.after) if page.after else "",
            "first_url": self.state.url(),
            "sizes": [(size, self.state.url(size=size), size == self.size) for size in self.sizes],
            "chips": self._chips(),
            "clear_url": self.state.url(q=None, **{p: None for one in self.filters for p in one.params}),
            "is_narrowed": self.is_narrowed,
            "empty": empty,
            "empty_url": reverse(empty.url_name) if empty.url_name else "",
            "bulk_actions": actions,
            "bulk_input": self.bulk_input.drawn(self) if self.bulk_input and actions and rows else None,
            "has_menu": any(row["menu"] for row in rows),
            "compact": self._compact,
            "search_hidden": self.state.hidden(without=("q",)),
            "post_url": f"{self.request.path}{self.state.url()}",
            **self.get_region_context(),
        }

    def _chips(self) -> list[dict[str, Any]]:
        return [
            {
                "label": one.label,
                "said": one.said(value, self),
                "url": self.state.url(**dict.fromkeys(one.params)),
            }
            for one, value in self.active
        ]
