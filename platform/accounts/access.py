"""Decorators that name a view's verb. The middleware does the check."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from accounts.actors import Actor
from accounts.permissions import PUBLIC, TABLE

# Who acts on a merchant's surface without a session: paired devices, while nobody can sign in (merchants.web.till).
_without_session: list[Callable[[HttpRequest], Actor | None]] = []
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


def register_without_session(function: Callable[[HttpRequest], Actor | None]) -> None:
    """Ask `function` who acts where no session says it. It runs at the door."""
    if function not in _without_session:
        _without_session.append(function)


def actor_without_session(request: HttpRequest) -> Actor | None:
    return next((found for function in _without_session if (found := function(request))), None)
