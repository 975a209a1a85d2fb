"""Posters and table cards with a store's QR code: A4, A6, and a tent card folded from A5."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from merchants.paper import codes, fonts
from merchants.paper.face import data_uri
from merchants.paper.render import render_html

Shape = Literal["a4", "a6", "tent"]
SHAPES: dict[str, tuple[float, float, float]] = {
    # width and height in millimetres, and how many millimetres one rem of the stylesheet is
    "a4": (210.0, 297.0, 10.0),
    "a6": (105.0, 148.5, 5.0),
    "tent": (148.0, 210.0, 10.0),
}
# Points of the merchant's name and of the headlines, before they are made to fit.
_TYPE = {"a4": (38.0, 46.0), "a6": (19.0, 23.0), "tent": (20.0, 20.0)}
LANGUAGES = ("en", "ar")
_STYLESHEET = Path(__file__).with_name("styles") / "poster.css"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NEUTRAL = "#1f2937"


@dataclass(frozen=True)
class Poster:
    """What a poster shows. ``headlines`` may replace the usual words by language; ``site`` is the site's own name."""

    merchant: str
    url: str
    brand: str = _NEUTRAL
    logo: bytes = b""
    logo_type: str = "image/png"
    site: str = ""
    headlines: tuple[tuple[str, str], ...] = ()


def render_poster(poster: Poster, shape: Shape) -> bytes:
    """The poster as a PDF of one page. Raises ``RenderFailed``."""
    name, words = _TYPE[shape]
    fit = {f"{part}-{panel}": size for panel in (0, 1) for part, size in (("name", name), ("words", words))}
    return render_html(poster_html(poster, shape), fit=fit).pdf


def poster_html(poster: Poster, shape: Shape) -> str:
    """The poster's document for the renderer."""
    width, height, unit = SHAPES[shape]
    side, path = codes.qr_path(poster.url)
    brand = poster.brand if _COLOUR.fullmatch(poster.brand) else _NEUTRAL
    return render_to_string(
        "merchants/paper/poster.html",
        {
            "title": poster.merchant,
            "merchant": poster.merchant,
            "site": poster.site,
            "logo": data_uri(poster.logo, poster.logo_type),
            "address": poster.url.lower().partition("://")[2] or poster.url,
            "side": side,
            "path": path,
            "shape": "tent" if shape == "tent" else "sheet",
            "panels": [{"turned": True}, {"turned": False}] if shape == "tent" else [{"turned": False}],
            "languages": [_words(lang, dict(poster.headlines)) for lang in LANGUAGES],
            "width": width,
            "height": height,
            "unit": unit,
            "brand": brand,
            "on_brand": ink_on(brand),
            "fonts": mark_safe(fonts.font_face_css()),  # noqa: S308 - our own files as base64
            "families": mark_safe(fonts.FAMILIES),  # noqa: S308 - a constant
            "stylesheet": mark_safe(_stylesheet()),  # noqa: S308 - our own file
        },
    )


def ink_on(colour: str) -> str:
    """Black or white, whichever is read better on ``colour``."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#111111"


def _words(lang: str, headlines: dict[str, str]) -> dict[str, Any]:
    with translation.override(lang):
        return {
            "lang": lang,
            "dir": "rtl" if lang == "ar" else "ltr",
            "headline": headlines.get(lang) or _("Scan and get your coupon"),
            "steps": [_("Open your phone's camera"), _("Point it at the code"), _("Show the coupon at the counter")],
        }


@lru_cache(maxsize=1)
def _stylesheet() -> str:
    return _STYLESHEET.read_text()
