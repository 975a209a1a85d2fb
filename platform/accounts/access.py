"""Decorators that name a view's verb. The middleware does the check."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from accounts.permissions import PUBLIC, TABLE

View = TypeVar("View", bound=Callable[..., object])


def requires(verb: str) -> Callable[[View], View]:
    """This view needs `verb` of the permission table."""
    if verb not in TABLE:
        raise KeyError(verb)

    def mark(view: View) -> View:
        view.verb = verb  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Everybody may see this view."""
    view.verb = PUBLIC  # type: ignore[attr-defined]
    return view
