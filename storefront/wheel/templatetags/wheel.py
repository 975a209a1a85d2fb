"""The wheel in templates: `{% load wheel %}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from storefront import words
from storefront.wheel import drawing
from storefront.wheel.choices import PAINTS, Colour
from ui.text import percent_text

register = template.Library()


@register.inclusion_tag("wheel/_wheel.html")
def wheel(
    slices: Iterable[Any], label: str, stands_at: int | None = None, *, other: bool = False, listed: bool = False
) -> dict[str, Any]:
    """The wheel of these segments (`.label(language)`, `.colour`), with one of them under the pointer or at rest.

    `other`: its labels in the language that the page is not in. `listed`: what is on it stands beside the picture as a
    list, for whoever does not see the picture.
    """
    found = list(slices)
    language = words.language()
    if other:
        language = "en" if language == "ar" else "ar"
    labels = [one.label(language) for one in found]
    wedges = drawing.wedges(labels)
    turn = -wedges[stands_at - 1].middle if stands_at else 0
    return {
        "label": label, "turn": round(turn, 2), "listed": list(dict.fromkeys(labels)) if listed else [],
        "wedges": [{"wedge": wedge, "paint": PAINTS[one.colour]} for wedge, one in zip(wedges, found, strict=True)],
    }  # fmt: skip


@register.simple_tag
def paint_dot(colour: str) -> SafeString:
    """A dot in a segment's colour."""
    paint = PAINTS.get(colour, PAINTS[Colour.TEAL])
    return format_html(
        '<svg class="wheel-dot" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7" fill="{}"/></svg>',
        paint.fill,
    )


@register.filter
def label_of(one: Any) -> str:
    """A segment's label in the page's language."""
    return str(one.label(words.language()))


@register.filter
def share_text(percent: float) -> str:
    """`12.5%`, with as many digits as a small chance needs."""
    return percent_text(percent, digits=2 if percent < 1 else 1)
