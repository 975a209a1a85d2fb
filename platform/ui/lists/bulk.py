"""Actions on many rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What came of it. `message` replaces the usual sentence, `undo_url` offers to take it back."""

    done: int
    failed: int = 0
    message: Any = ""
    undo_url: str = ""


@dataclass(frozen=True)
class Bulk:
    """`run(view, rows, request)` does it to the chosen rows (a queryset) and returns how many, or a BulkResult.

    With `confirm` a dialog asks first and says what will happen.
    """

    key: str
    label: Any
    run: Callable[[Any, QuerySet[Any], HttpRequest], int | BulkResult]
    icon: str = ""
    tone: str = ""
    verb: str = ""
    confirm: Any = ""
