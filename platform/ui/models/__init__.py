"""What the shell keeps for a person."""

from __future__ import annotations

from ui.models.savedview import SavedView

__all__ = ["SavedView"]
