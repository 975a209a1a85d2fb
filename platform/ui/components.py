"""Small values that pages hand to components."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Tab:
    label: Any
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a page head. The first of a page is the primary one."""

    label: Any
    url: str
    icon: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A row menu's entry: a link, or with `method="post"` a button that posts; `confirm` is asked before."""

    label: Any
    url: str
    icon: str = ""
    tone: str = ""
    method: str = "get"
    confirm: Any = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A result of the command palette's search."""

    label: Any
    url: str
    hint: Any = ""
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class Switch:
    """A site or merchant one can change to. With `post` its url is posted to."""

    label: Any
    url: str
    current: bool = False
    post: bool = True
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list says when there is nothing yet: one line of benefit and the action."""

    title: Any
    text: Any = ""
    icon: str = "inbox"
    url_name: str = ""
    label: Any = ""
