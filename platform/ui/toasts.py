"""Toasts: short news at the edge of the screen. They are Django messages; with undo they carry where to post it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

_UNDO = "undo:"


def undo(request: HttpRequest, text: Any, *, url: str) -> None:
    """Say that something was done and offer to undo it: `url` is posted to."""
    messages.success(request, str(text), extra_tags=f"{_UNDO}{url}")


def undo_url(message: Any) -> str:
    """Where a message's undo posts to; empty without one."""
    tags = str(getattr(message, "extra_tags", "") or "")
    return tags.removeprefix(_UNDO) if tags.startswith(_UNDO) else ""


def tone(message: Any) -> str:
    """The tone of a Django message."""
    return {"success": "good", "error": "bad", "warning": "warning"}.get(message.level_tag, "info")


def trigger(response: HttpResponse, text: Any, *, tone: str = "good", undo: str = "") -> HttpResponse:
    """Show a toast with an htmx answer."""
    detail = {"text": str(text), "tone": tone, "undo": undo}
    # Header values are Latin-1: JSON's escapes carry Arabic through.
    response.headers["HX-Trigger"] = json.dumps({"ui:toast": detail})
    return response
