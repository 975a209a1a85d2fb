"""Template tags for coupons on screen: the face, and the editor's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString

from merchants.paper import codes
from merchants.paper.editor import editor_data, layout_from, sample_words, usual_layout
from merchants.paper.face import SAMPLE_SERIAL, Face, face_html

register = template.Library()


@register.simple_tag
def paper_face(
    layout_json: Any, image_url: str = "", words: Mapping[str, Mapping[str, str]] | None = None
) -> SafeString:
    """A coupon's face for a page that includes ``merchants/paper/preview.html`` or the editor."""
    layout = layout_from(layout_json) or usual_layout()
    return face_html(
        Face(layout, words if words is not None else sample_words(), image_url=image_url), for_browser=True
    )


@register.simple_tag
def paper_editor_data(layout_json: Any) -> dict[str, Any]:
    """What the editor's script reads."""
    return editor_data(layout_json)


@register.simple_tag
def paper_barcode_sample() -> dict[str, Any]:
    """Width in modules and path of the barcode that the editor shows when one is added."""
    across, path = codes.code128_path(SAMPLE_SERIAL)
    return {"across": across, "path": path}
