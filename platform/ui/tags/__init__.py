"""The component tags, by kind. `ui.templatetags.ui` gathers them into one library."""

from __future__ import annotations

import secrets
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

register = template.Library()


def draw(name: str, /, **context: Any) -> SafeString:
    """Render `ui/components/<name>.html`."""
    return SafeString(get_template(f"ui/components/{name}.html").render(context))


def new_id(prefix: str) -> str:
    """An id that does not clash with those of fragments loaded later."""
    return f"{prefix}-{secrets.token_hex(3)}"
