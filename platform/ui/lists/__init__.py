"""The list component: search, filters, sort, key paging, bulk actions, saved views, export of exactly this view."""

from __future__ import annotations

from ui.components import Action, Empty, MenuItem
from ui.lists.bulk import Bulk, BulkInput, BulkResult
from ui.lists.columns import (
    BOOL,
    CREDITS,
    DATE,
    NUMBER,
    PHONE,
    SERIAL,
    TEXT,
    WHEN,
    Column,
    Kind,
    MoneyKind,
    StateKind,
)
from ui.lists.filters import Boolean, Choice, DateRange, Filter
from ui.lists.view import ListView

__all__ = [
    "BOOL",
    "CREDITS",
    "DATE",
    "NUMBER",
    "PHONE",
    "SERIAL",
    "TEXT",
    "WHEN",
    "Action",
    "Boolean",
    "Bulk",
    "BulkInput",
    "BulkResult",
    "Choice",
    "Column",
    "DateRange",
    "Empty",
    "Filter",
    "Kind",
    "ListView",
    "MenuItem",
    "MoneyKind",
    "StateKind",
]
