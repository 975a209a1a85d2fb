"""The face of a coupon: everything on it that all coupons of a batch share.

One template (``merchants/paper/face_body.html``) and one stylesheet (``face.css``) give the picture in the editor and
on paper, so what a merchant sees is what is printed. Only the carrier of the places differs, because our pages allow
no inline style: on paper the layout becomes rules in millimetres inside the document, which no browser ever loads; in
the browser the same numbers stand in ``data-`` attributes and ``pages/face.js`` sets them through the CSS object
model, as shares of the card's width, so the card scales freely. Words that do not fit their frame are set smaller in
steps, by the same factor in both.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from merchants import serials
from merchants.paper import codes, fonts
from merchants.paper.layout import FREE, KIND_NAMES, MIN_TEXT_PT, Box, Layout, Text
from merchants.paper.render import render_html

SAMPLE_SERIAL = "K7PX39MDTC4WRHK"
SAMPLE_URL = "HTTPS://EXAMPLE.COM/C/K7PX39MDTC4WRHK"
_STYLESHEET = Path(__file__).resolve().parents[1] / "static" / "merchants" / "paper" / "face.css"
# Digits in groups: with a plus sign, with a hyphen, or long enough for a phone number.
_NUMBER = re.compile(r"\+\d[\d ()-]*\d|\d[\d ()]*-[\d ()-]*\d|\d(?:[ ()]?\d){6,}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class TextTooLong(DomainError):
    """A text does not fit its frame even in the smallest type; ``field`` names it."""

    code = "text_too_long"


@dataclass(frozen=True)
class Face:
    """A layout with its picture and its words.

    ``words`` gives each kind of text per language: ``{"offer": {"en": "20% off", "ar": "خصم 20٪"}}``. On paper the
    picture is ``image``; in the browser it is loaded from ``image_url``.
    """

    layout: Layout
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    image: bytes = b""
    content_type: str = "image/png"
    image_url: str = ""
    title: str = ""
    serial: str = SAMPLE_SERIAL
    url: str = SAMPLE_URL


def face_html(face: Face, *, for_browser: bool) -> SafeString:
    """The face as a fragment for our pages (``for_browser``), or as a whole document for the renderer."""
    layout = Layout.from_json(face.layout.to_json())  # a hand-made layout may hold anything; read it like a sent one
    boxes = list(_boxes(face, layout))
    context = {"face": layout, "boxes": boxes, "live": for_browser}
    if for_browser:
        return render_to_string("merchants/paper/face_body.html", {**context, "image": face.image_url})
    context |= {
        "title": face.title,
        "image": data_uri(face.image, face.content_type),
        "fonts": mark_safe(fonts.font_face_css()),  # noqa: S308 - our own files as base64
        "families": mark_safe(fonts.FAMILIES),  # noqa: S308 - a constant
        "stylesheet": mark_safe(_stylesheet()),  # noqa: S308 - our own file
        "places": mark_safe(_places(boxes)),  # noqa: S308 - numbers and checked colours only
    }
    return render_to_string("merchants/paper/face.html", context)


def render_face(face: Face) -> bytes:
    """The face as a PDF of one page of the card's size, with the codes' places left white.

    Raises ``LayoutRefused``, ``TextTooLong`` or ``RenderFailed``.
    """
    face.layout.check()
    fit = {f"cp-t{number}": text.size for number, text in enumerate(face.layout.texts)}
    done = render_html(face_html(face, for_browser=False), fit=fit, least=MIN_TEXT_PT)
    if done.overflow:
        number = int(done.overflow[0].removeprefix("cp-t"))
        name = {"name": KIND_NAMES[face.layout.texts[number].kind]}
        message = _("The text “%(name)s” does not fit its frame. Shorten it or make the frame larger.") % name
        raise TextTooLong(message, field=f"texts.{number}")
    return done.pdf


def words_for(face: Face, text: Text) -> str:
    """What a text box shows: its own words, or the batch's in its language.

    Words that were written in one language only are shown in a box of another, unless the layout has a box for them.
    """
    if text.kind == FREE:
        return text.words
    given = face.words.get(text.kind, {})
    if words := given.get(text.lang, "").strip():
        return words
    others = {other.lang for other in face.layout.texts if other.kind == text.kind} - {text.lang}
    return next((words.strip() for lang, words in given.items() if words.strip() and lang not in others), "")


def data_uri(content: bytes, content_type: str) -> str:
    """The bytes as a ``data:`` URI, the only kind of address the renderer follows; empty for no bytes."""
    return f"data:{content_type};base64,{base64.b64encode(content).decode('ascii')}" if content else ""


def _boxes(face: Face, layout: Layout) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(layout.texts):
        words = words_for(face, text)
        lang = "ar" if _is_arabic(words) else "en" if text.kind == FREE or words else text.lang
        classes = ["cp-text", f"cp-{text.align}", "cp-bold" if text.bold else "", "cp-plate" if text.plate else ""]
        yield {
            **_placed(f"cp-t{number}", f"texts.{number}", text.box, " ".join(filter(None, classes))),
            "size": text.size,
            "colour": text.colour,
            "words": isolated(words) if lang == "ar" else words,
            "lang": lang,
            "dir": "rtl" if lang == "ar" else "ltr",
        }
    serial = layout.serial
    looks = f"cp-serial cp-{serial.align}{' cp-plate' if serial.plate else ''}"
    yield {
        **_placed("cp-serial", "serial", serial.box, looks),
        "size": serial.size,
        "colour": serial.colour,
        "words": serials.display(face.serial),
        "stamped": True,
        "lang": "en",
        "dir": "ltr",
    }
    side, path = codes.qr_path(face.url)
    yield {**_placed("cp-qr", "qr", layout.qr, "cp-code"), "path": path, "across": side, "down": side}
    if layout.barcode:
        across, path = codes.code128_path(face.serial)
        yield {
            **_placed("cp-barcode", "barcode", layout.barcode, "cp-code"),
            "path": path,
            "across": across,
            "down": 1,
        }


def _placed(name: str, field_name: str, box: Box, classes: str) -> dict[str, Any]:
    return {"id": name, "field": field_name, "classes": classes, "x": box.x, "y": box.y, "w": box.w, "h": box.h}


def _places(boxes: list[dict[str, Any]]) -> str:
    rules = []
    for box in boxes:
        rule = f"left:{box['x']}mm;top:{box['y']}mm;width:{box['w']}mm;height:{box['h']}mm"
        if "size" in box:
            rule += f";font-size:{box['size']}pt;color:{box['colour']}"
        rules.append(f"#{box['id']}{{{rule}}}")
    return "\n".join(rules)


def isolated(words: str) -> str:
    """Arabic words with phone numbers kept from left to right: the bidirectional rules would turn 800-1234 around."""
    return _NUMBER.sub(lambda found: f"\u2066{found[0]}\u2069", words)


def _is_arabic(words: str) -> bool:
    """Whether the first letter is Arabic: a text's direction follows its words, not the box they were put in."""
    for char in words:
        if "\u0600" <= char <= "\u08ff" or "\ufb50" <= char <= "\ufefc":
            return True
        if char.isalpha():
            return False
    return False


@lru_cache(maxsize=1)
def _stylesheet() -> str:
    return _COMMENT.sub("", _STYLESHEET.read_text())
