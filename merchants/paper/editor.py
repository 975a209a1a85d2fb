"""What the layout editor in the browser is given: the layout, sample words, limits and the words of every problem."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from merchants.paper.defaults import default_layout
from merchants.paper.layout import KIND_NAMES, LIMITS, MAX_TEXTS, MESSAGES, Layout, LayoutRefused


def editor_data(layout_json: Any) -> dict[str, Any]:
    """Plain data for ``frontend/js/pages/editor.js``.

    ``layout_json`` may be a ``Layout``, its JSON as text or as an object, or nothing: then the usual places are taken,
    and again when a picture of another shape is chosen.
    """
    layout = layout_from(layout_json)
    return {
        "layout": (layout or usual_layout()).to_json(),
        "fresh": layout is None,
        "samples": sample_words(),
        "names": {"qr": _("QR code"), "serial": _("Serial"), "barcode": _("Barcode"), **_plain(KIND_NAMES)},
        "languages": {"en": _("English"), "ar": _("Arabic")},
        "limits": {**LIMITS, "max_texts": MAX_TEXTS},
        "messages": _messages(),
    }


def layout_from(value: Any) -> Layout | None:
    """A layout from what a form or a row holds; ``None`` for nothing and for what cannot be read."""
    if isinstance(value, Layout):
        return value
    try:
        data = json.loads(value) if isinstance(value, str) and value.strip() else value
        return Layout.from_json(data) if data else None
    except (ValueError, LayoutRefused):
        return None


def usual_layout() -> Layout:
    """The places for a picture that is not known yet, in the page's language."""
    return default_layout(1200, 760, lang=_language())


def sample_words() -> dict[str, dict[str, str]]:
    """Words to show where a batch's own will stand, in both languages."""
    return {kind: {lang: _sample(kind, lang) for lang in ("en", "ar")} for kind in KIND_NAMES}


def _sample(kind: str, lang: str) -> str:
    with translation.override(lang):
        return {
            "offer": _("20% off"),
            "title": _("Your offer's title"),
            "terms": _("One coupon per visit. Cannot be combined with other offers or exchanged for cash."),
            "merchant": _("Your brand"),
            "expiry": _("Valid until 31 December 2030"),
            "free": _("Your words"),
        }[kind]


def _messages() -> dict[str, str]:
    """The words of all problems, with the limits filled in and ``{name}`` where a text's name goes."""
    values: Mapping[str, Any] = {**{name: round(value) for name, value in LIMITS.items()}, "name": "{name}"}
    too_long = _("The text “%(name)s” does not fit its frame. Shorten it or make the frame larger.") % values
    return {code: str(message % values) for code, message in MESSAGES.items()} | {"text.too_long": too_long}


def _plain(words: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in words.items()}


def _language() -> str:
    return "ar" if (translation.get_language() or "en").startswith("ar") else "en"
