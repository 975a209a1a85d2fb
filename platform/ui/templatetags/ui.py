"""Every component tag of the design system; a builtin of the template engine, so no `{% load %}` is needed."""

from __future__ import annotations

from ui.tags import basics, blocks, forms, register

__all__ = ["basics", "blocks", "forms", "register"]
