"""Actions on many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


@dataclass(frozen=True)
class BulkInput:
    """A field in the bulk bar, posted as `name` with whichever action is pressed. `options(view)` are suggestions.

    Whoever runs an action checks what was typed, and raises a DomainError that says what is wrong.
    """

    name: str
    label: Any
    max_length: int = 100
    options: Callable[[Any], Iterable[str]] | None = None

    def drawn(self, view: Any) -> dict[str, Any]:
        """What the bulk bar needs."""
        return {"field": self, "options": list(self.options(view)) if self.options else []}
