"""Where everything stands on a coupon, in millimetres from its top left corner.

A ``Layout`` is immutable and comes from and goes to plain JSON. ``problems()`` lists what forbids printing it, field
by field, in words; ``check()`` raises them. The same rules run in the browser (``frontend/js/pages/editor.js``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

VERSION = 1
# The largest coupon that fits an A4 sheet with cut marks around it; the smallest that holds a code and a serial.
MIN_WIDTH, MAX_WIDTH = 40.0, 190.0
MIN_HEIGHT, MAX_HEIGHT = 25.0, 277.0
MIN_QR = 15.0
# 220 modules with quiet zones: bars of 0.2 mm, the least that counter scanners read.
MIN_BARCODE_WIDTH, MIN_BARCODE_HEIGHT = 45.0, 6.0
MIN_TEXT_WIDTH, MIN_TEXT_HEIGHT = 3.0, 1.5
MIN_SERIAL_PT, MIN_TEXT_PT, MAX_PT = 6.0, 4.0, 96.0
# Millimetres a serial takes for each point of its type. Nine of ten are narrower than 4.2; wider ones than this are
# squeezed when they are stamped.
SERIAL_WIDTH_PER_PT = 4.5
MAX_TEXTS = 20
MAX_FREE_TEXT = 600
POINT = 25.4 / 72

OFFER, TITLE, TERMS, MERCHANT, EXPIRY, FREE = KINDS = ("offer", "title", "terms", "merchant", "expiry", "free")
LANGUAGES = ("en", "ar")
ALIGNMENTS = ("start", "center", "end")

KIND_NAMES = {
    OFFER: _("Offer"),
    TITLE: _("Title"),
    TERMS: _("Terms"),
    MERCHANT: _("Merchant"),
    EXPIRY: _("Expiry"),
    FREE: _("Own text"),
}
# Why a layout cannot be printed, by field and code; the editor in the browser says the same words.
MESSAGES = {
    "layout.unreadable": _("The layout could not be read. Reload the page and place the fields again."),
    "size.size": _(
        "A coupon is between %(min_width)s and %(max_width)s mm wide and between %(min_height)s and "
        "%(max_height)s mm high. Choose a size in these bounds."
    ),
    "qr.too_small": _("The QR code is smaller than %(min_qr)s mm with its white border. Make it larger."),
    "qr.not_square": _("The QR code is not square. Give it one size."),
    "qr.outside": _("The QR code reaches over the edge. Move it onto the coupon."),
    "serial.overlap": _("The serial lies on the QR code. Move one of them away."),
    "serial.outside": _("The serial reaches over the edge. Move it onto the coupon."),
    "serial.font_size": _("The serial's type must be between %(min_serial_pt)s and %(max_pt)s points. Change it."),
    "serial.too_small": _("The serial does not fit its frame. Make the frame larger or the type smaller."),
    "barcode.outside": _("The barcode reaches over the edge. Move it onto the coupon."),
    "barcode.too_small": _(
        "The barcode is too small to be read: it needs %(min_bar_width)s × %(min_bar_height)s mm. Make it larger."
    ),
    "barcode.overlap": _("The barcode lies on the QR code or on the serial. Move it away."),
    "text.outside": _("The text “%(name)s” reaches over the edge. Move it onto the coupon."),
    "text.too_small": _("The frame of the text “%(name)s” is too small. Make it larger."),
    "text.font_size": _("The type of “%(name)s” must be between %(min_text_pt)s and %(max_pt)s points. Change it."),
    "text.under_code": _("The text “%(name)s” lies under a code or the serial, which will cover it."),
    "text.on_text": _("The text “%(name)s” lies on another text."),
}
LIMITS = {
    "min_width": MIN_WIDTH,
    "max_width": MAX_WIDTH,
    "min_height": MIN_HEIGHT,
    "max_height": MAX_HEIGHT,
    "min_qr": MIN_QR,
    "min_bar_width": MIN_BARCODE_WIDTH,
    "min_bar_height": MIN_BARCODE_HEIGHT,
    "min_serial_pt": MIN_SERIAL_PT,
    "min_text_pt": MIN_TEXT_PT,
    "max_pt": MAX_PT,
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class LayoutRefused(DomainError):
    """The layout cannot be printed; ``problems`` says why, field by field."""

    code = "layout_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.message, problems=[{"field": p.field, "code": p.code} for p in self.problems])


@dataclass(frozen=True)
class Problem:
    """One reason against a layout: the field's name, a stable code, and what to do."""

    field: str
    code: str
    message: Any


@dataclass(frozen=True)
class Box:
    """A rectangle on the coupon, in millimetres."""

    x: float
    y: float
    w: float
    h: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than a hair (0.01 mm)."""
        return (
            min(self.x + self.w, other.x + other.w) - max(self.x, other.x) > 0.01
            and min(self.y + self.h, other.y + other.h) - max(self.y, other.y) > 0.01
        )


@dataclass(frozen=True)
class Serial:
    """The serial's place; ``plate`` puts white behind it."""

    box: Box
    size: float = 11.0
    colour: str = "#111111"
    align: str = "center"
    plate: bool = True


@dataclass(frozen=True)
class Text:
    """One text: what it shows (``kind``), in which language, where and how. Only a free text has words of its own."""

    kind: str
    box: Box
    lang: str = "en"
    size: float = 10.0
    colour: str = "#111111"
    align: str = "start"
    bold: bool = False
    plate: bool = False
    words: str = ""


@dataclass(frozen=True)
class Layout:
    """The size of a coupon and the places of its fields."""

    width: float
    height: float
    qr: Box
    serial: Serial
    texts: tuple[Text, ...] = ()
    barcode: Box | None = None

    @classmethod
    def from_json(cls, data: Any) -> Layout:
        """Read a layout; raises ``LayoutRefused`` for anything that is not one, but does not judge its places."""
        try:
            return _read(data)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LayoutRefused([problem("layout", "unreadable")]) from error

    def to_json(self) -> dict[str, Any]:
        """Plain JSON that ``from_json`` reads back to an equal layout."""
        return {"version": VERSION, **asdict(self), "texts": [asdict(text) for text in self.texts]}

    def problems(self) -> list[Problem]:
        """Everything that forbids printing, in the order of the fields; empty when the layout is good."""
        if found := self._size_problem():
            return [found]
        return [*self._code_problems(), *self._serial_problems(), *self._text_problems()]

    def check(self) -> Layout:
        """Return the layout itself; raises ``LayoutRefused`` when it has problems."""
        if problems := self.problems():
            raise LayoutRefused(problems)
        return self

    def warnings(self) -> list[Problem]:
        """What is allowed but probably not meant: texts that lie under the codes or on each other."""
        return list(self._overlap_warnings())

    def _size_problem(self) -> Problem | None:
        if MIN_WIDTH <= self.width <= MAX_WIDTH and MIN_HEIGHT <= self.height <= MAX_HEIGHT:
            return None
        return problem("size", "size")

    def _code_problems(self) -> Iterator[Problem]:
        if min(self.qr.w, self.qr.h) < MIN_QR - 0.001:
            yield problem("qr", "too_small")
        if abs(self.qr.w - self.qr.h) > 0.001:
            yield problem("qr", "not_square")
        if not self._holds(self.qr):
            yield problem("qr", "outside")
        if self.qr.overlaps(self.serial.box):
            yield problem("serial", "overlap")
        if self.barcode is None:
            return
        if not self._holds(self.barcode):
            yield problem("barcode", "outside")
        if self.barcode.w < MIN_BARCODE_WIDTH or self.barcode.h < MIN_BARCODE_HEIGHT:
            yield problem("barcode", "too_small")
        if self.barcode.overlaps(self.qr) or self.barcode.overlaps(self.serial.box):
            yield problem("barcode", "overlap")

    def _serial_problems(self) -> Iterator[Problem]:
        serial = self.serial
        if not self._holds(serial.box):
            yield problem("serial", "outside")
        if not MIN_SERIAL_PT <= serial.size <= MAX_PT:
            yield problem("serial", "font_size")
        if serial.box.w < serial.size * SERIAL_WIDTH_PER_PT or serial.box.h < serial.size * POINT:
            yield problem("serial", "too_small")

    def _text_problems(self) -> Iterator[Problem]:
        for number, text in enumerate(self.texts):
            if not self._holds(text.box):
                yield problem(f"texts.{number}", "outside", text.kind)
            if text.box.w < MIN_TEXT_WIDTH or text.box.h < MIN_TEXT_HEIGHT:
                yield problem(f"texts.{number}", "too_small", text.kind)
            if not MIN_TEXT_PT <= text.size <= MAX_PT:
                yield problem(f"texts.{number}", "font_size", text.kind)

    def _overlap_warnings(self) -> Iterator[Problem]:
        codes = [self.qr, self.serial.box, *([self.barcode] if self.barcode else [])]
        for number, text in enumerate(self.texts):
            if any(text.box.overlaps(code) for code in codes):
                yield problem(f"texts.{number}", "under_code", text.kind)
            elif any(text.box.overlaps(other.box) for other in self.texts[:number]):
                yield problem(f"texts.{number}", "on_text", text.kind)

    def _holds(self, box: Box) -> bool:
        return (
            box.x >= -0.001
            and box.y >= -0.001
            and box.w > 0
            and box.h > 0
            and box.x + box.w <= self.width + 0.001
            and box.y + box.h <= self.height + 0.001
        )


def problem(field: str, code: str, kind: str = "") -> Problem:
    """A problem with its words; ``kind`` names the text it is about."""
    values: dict[str, Any] = {name: round(value) for name, value in LIMITS.items()}
    message = MESSAGES[f"{'text' if kind else field}.{code}"]
    return Problem(field, code, message % (values | {"name": KIND_NAMES[kind] if kind else ""}))


def _read(data: Mapping[str, Any]) -> Layout:
    if data.get("version", VERSION) != VERSION:
        raise ValueError("unknown version")
    texts = data.get("texts", [])
    if not isinstance(texts, list | tuple) or len(texts) > MAX_TEXTS:
        raise ValueError("too many texts")
    serial = data["serial"]
    return Layout(
        width=_number(data["width"]),
        height=_number(data["height"]),
        qr=_box(data["qr"]),
        serial=Serial(
            box=_box(serial["box"]),
            size=_number(serial.get("size", 11)),
            colour=_colour(serial.get("colour", "#111111")),
            align=_one_of(serial.get("align", "center"), ALIGNMENTS),
            plate=_flag(serial.get("plate", True)),
        ),
        texts=tuple(_text(text) for text in texts),
        barcode=_box(data["barcode"]) if data.get("barcode") else None,
    )


def _text(data: Mapping[str, Any]) -> Text:
    kind = _one_of(data["kind"], KINDS)
    words = data.get("words", "")
    if not isinstance(words, str) or len(words) > MAX_FREE_TEXT:
        raise ValueError("words")
    return Text(
        kind=kind,
        box=_box(data["box"]),
        lang=_one_of(data.get("lang", "en"), LANGUAGES),
        size=_number(data.get("size", 10)),
        colour=_colour(data.get("colour", "#111111")),
        align=_one_of(data.get("align", "start"), ALIGNMENTS),
        bold=_flag(data.get("bold", False)),
        plate=_flag(data.get("plate", False)),
        words=_clean(words) if kind == FREE else "",
    )


def _box(data: Mapping[str, Any]) -> Box:
    return Box(*(_number(data[name]) for name in ("x", "y", "w", "h")))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    if not math.isfinite(value) or abs(value) > 10_000:
        raise ValueError("number out of bounds")
    return round(float(value), 3)


def _colour(value: Any) -> str:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise ValueError("colour")
    return value.lower()


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError("unknown choice")
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value


def _clean(words: str) -> str:
    """Without control characters, which neither HTML nor PDF can show."""
    return "".join(char for char in words if char == "\n" or char.isprintable())
