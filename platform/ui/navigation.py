"""The registry of what a surface offers. Rooms register in `AppConfig.ready()`; the shell shows what one may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from ui.components import Hit, Switch

SURFACES = ("console", "office", "merchant", "person")


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry: `verb` hides it from those who may not, `key` is its letter after `g`."""

    label: Any
    icon: str
    url_name: str
    verb: str = ""
    order: int = 100
    group: Any = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class NavLink:
    """A NavItem on one page: resolved and perhaps current."""

    label: Any
    icon: str
    url: str
    key: str = ""
    current: bool = False


_items: dict[str, list[NavItem]] = {surface: [] for surface in SURFACES}
_commands: dict[str, list[NavItem]] = {surface: [] for surface in SURFACES}
_searches: dict[str, list[Callable[[HttpRequest, str], Iterable[Hit]]]] = {surface: [] for surface in SURFACES}
_switchers: dict[str, Callable[[HttpRequest], Iterable[Switch]]] = {}


def _add(store: dict[str, list[NavItem]], surface: str, items: tuple[NavItem, ...]) -> None:
    for item in items:
        if item not in store[surface]:
            store[surface].append(item)


def register(surface: str, *items: NavItem) -> None:
    """Put entries into the sidebar of `console`, `office` or `merchant`, or into the `person` menu of all three."""
    _add(_items, surface, items)


def register_command(surface: str, *items: NavItem) -> None:
    """Put entries into the command palette only: things to do, such as `Generate coupons`."""
    _add(_commands, surface, items)


def register_search(surface: str, search: Callable[[HttpRequest, str], Iterable[Hit]]) -> None:
    """Let the palette ask `search(request, text)` while one types; it answers at most a handful, fast."""
    if search not in _searches[surface]:
        _searches[surface].append(search)


def register_switcher(surface: str, switcher: Callable[[HttpRequest], Iterable[Switch]]) -> None:
    """Say which sites or merchants this person can change to on `surface`."""
    _switchers[surface] = switcher


def surface_of(request: HttpRequest) -> str:
    """Which surface a page belongs to; empty for public pages."""
    if getattr(getattr(request, "site", None), "type", "") == "master":
        return "console"
    first = request.path.lstrip("/").split("/", 1)[0]
    return {"office": "office", "merchant": "merchant", "redeem": "merchant"}.get(first, "")


def allowed(request: HttpRequest, verb: str) -> bool:
    """Whether the one who asks may do `verb`. Without an actor only what needs no verb is allowed."""
    if not verb:
        return True
    actor = getattr(request, "actor", None)
    return bool(actor is not None and actor.can(verb))


def _links(request: HttpRequest, items: list[NavItem]) -> list[tuple[Any, NavLink]]:
    found = []
    for item in sorted(items, key=lambda entry: entry.order):
        if not allowed(request, item.verb):
            continue
        try:
            url = reverse(item.url_name, urlconf=getattr(request, "urlconf", None))
        except NoReverseMatch:
            continue
        found.append((item.group, NavLink(item.label, item.icon, url, item.key)))
    return found


def _current(path: str, urls: list[str]) -> str:
    """The longest entry that the page lies under: only one is current."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))]
    return max(under, key=len, default="")


def groups(request: HttpRequest, surface: str) -> list[tuple[str, list[NavLink]]]:
    """The sidebar: groups in the order of their first entry."""
    links = _links(request, _items.get(surface, []))
    current = _current(request.path, [link.url for _, link in links])
    found: dict[str, list[NavLink]] = {}
    for group, link in links:
        marked = NavLink(link.label, link.icon, link.url, link.key, current=link.url == current)
        found.setdefault(str(group), []).append(marked)
    return list(found.items())


def person_links(request: HttpRequest) -> list[NavLink]:
    """Entries of the person menu."""
    return [link for _, link in _links(request, _items["person"])]


def commands(request: HttpRequest, surface: str) -> list[NavLink]:
    """Everything the palette can go to or do here, before one types."""
    entries = [*_items.get(surface, []), *_commands.get(surface, []), *_items["person"]]
    return [link for _, link in _links(request, entries)]


def search(request: HttpRequest, surface: str, text: str, *, limit: int = 12) -> list[Hit]:
    """What the registered searches find for `text`."""
    found: list[Hit] = []
    for provider in _searches.get(surface, []):
        found.extend(provider(request, text))
    return found[:limit]


def has_search(surface: str) -> bool:
    return bool(_searches.get(surface))


def switches(request: HttpRequest, surface: str) -> list[Switch]:
    """Where this person can change to; nothing to show for fewer than two."""
    found = list(_switchers[surface](request)) if surface in _switchers else []
    return found if len(found) > 1 else []
