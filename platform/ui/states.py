"""What a state looks like: a shape, a word and a colour, so that colour never speaks alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

TONES = ("good", "warning", "bad", "info", "neutral")
_SHAPES = {
    "good": "circle-check",
    "warning": "clock",
    "bad": "circle-x",
    "info": "circle-dot",
    "neutral": "circle-dashed",
}


@dataclass(frozen=True, slots=True)
class State:
    """`label` is the word, `tone` one of TONES, `icon` a Lucide name (the tone's own where empty)."""

    label: Any
    tone: str = "neutral"
    icon: str = ""

    @property
    def shape(self) -> str:
        return self.icon or _SHAPES[self.tone]


_COMMON: dict[str, State] = {
    "active": State(_("Active"), "good"),
    "enabled": State(_("Enabled"), "good"),
    "disabled": State(_("Disabled"), "neutral", "circle-slash"),
    "draft": State(_("Draft"), "neutral"),
    "pending": State(_("Pending"), "warning"),
    "paused": State(_("Paused"), "warning", "circle-pause"),
    "suspended": State(_("Suspended"), "bad", "circle-slash"),
    "archived": State(_("Archived"), "neutral", "archive"),
    "expired": State(_("Expired"), "neutral", "calendar-x"),
    "queued": State(_("Waiting"), "neutral", "clock"),
    "running": State(_("Running"), "info", "loader"),
    "done": State(_("Done"), "good"),
    "failed": State(_("Failed"), "bad", "circle-alert"),
    "cancelled": State(_("Cancelled"), "neutral", "circle-slash"),
    "creating": State(_("Being created"), "info", "loader"),
    "available": State(_("Available"), "info"),
    "held": State(_("Held"), "warning"),
    "taken": State(_("Taken"), "warning", "ticket"),
    "redeemed": State(_("Redeemed"), "good", "ticket-check"),
    "lapsed": State(_("Lapsed"), "neutral", "ticket-x"),
    "void": State(_("Void"), "bad", "ban"),
}
_KINDS: dict[str, dict[str, State]] = {}


def register(kind: str, states: dict[str, State]) -> None:
    """Give the states of one kind of thing their words; a code that is missing falls back to the common ones."""
    _KINDS.setdefault(kind, {}).update(states)


def find(code: Any, kind: str = "") -> State:
    """The look of a state; an unknown code is shown as it is, in neutral."""
    text = str(getattr(code, "value", code))
    return _KINDS.get(kind, {}).get(text) or _COMMON.get(text) or State(text.replace("_", " ").capitalize())


def common() -> dict[str, State]:
    """The states every room shares (for the style guide)."""
    return dict(_COMMON)
