"""A person's saved views."""

from __future__ import annotations

import uuid

from ui.models import SavedView


def list_of(user_id: uuid.UUID, page: str) -> list[SavedView]:
    """The views of one list, oldest first, as their tabs stand."""
    return list(SavedView.objects.filter(user_id=user_id, page=page).order_by("created_at", "id"))
