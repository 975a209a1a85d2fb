"""Sensible places for a new picture, so that a coupon can be printed without touching the editor."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import replace

from PIL import Image, ImageStat

from merchants.paper.layout import (
    EXPIRY,
    MAX_HEIGHT,
    MAX_WIDTH,
    MERCHANT,
    MIN_HEIGHT,
    MIN_QR,
    MIN_TEXT_PT,
    OFFER,
    POINT,
    SERIAL_WIDTH_PER_PT,
    TERMS,
    TITLE,
    Box,
    Layout,
    Serial,
    Text,
)


def default_layout(
    width_px: int,
    height_px: int,
    *,
    long_side: float = 90.0,
    kinds: Iterable[str] = (OFFER, TITLE, EXPIRY),
    lang: str = "en",
) -> Layout:
    """Sensible places for a picture of this shape: code at the bottom end, serial beside or under it, texts on top.

    The card takes the picture's shape with a long side of 90 mm, widened where that would not hold code and serial.
    """
    shape = max(0.2, min(5.0, width_px / height_px))
    width = long_side if shape >= 1 else max(58.0, long_side * shape)
    width = min(MAX_WIDTH, max(width, 28.0 * shape))
    height = round(min(MAX_HEIGHT, max(MIN_HEIGHT, width / shape)), 1)
    width = round(width, 1)
    place = _places_beside if shape > 1.15 else _places_below
    layout = place(width, height, tuple(kinds))
    return (_mirrored(layout, lang) if lang == "ar" else layout).check()


def legible(layout: Layout, picture: bytes) -> Layout:
    """The layout with each text in black or white, whichever is read better on its part of the picture."""
    with Image.open(io.BytesIO(picture)) as source:
        grey = source.convert("RGBA")
    ground = Image.new("RGBA", grey.size, "white")
    ground.alpha_composite(grey)
    small = ground.convert("L").resize((round(layout.width), round(layout.height)))

    def inked(text: Text) -> Text:
        box = text.box
        part = small.crop((int(box.x), int(box.y), math.ceil(box.x + box.w), math.ceil(box.y + box.h)))
        dark = ImageStat.Stat(part).mean[0] < 120 and not text.plate
        return replace(text, colour="#ffffff" if dark else "#111111")

    return replace(layout, texts=tuple(map(inked, layout.texts)))


def _places_beside(width: float, height: float, kinds: tuple[str, ...]) -> Layout:
    """A wide card: the code at the bottom right, the serial left of it, texts above the serial."""
    edge = round(min(4.0, height * 0.06), 1)
    side = round(min(max(MIN_QR, height * 0.42), height - 2 * edge), 1)
    free = width - side - 3 * edge
    size = min(11.0, math.floor(free / SERIAL_WIDTH_PER_PT * 2) / 2)
    tall = max(4.5, round(size * POINT * 1.7, 1))
    serial = Box(edge, round(height - edge - tall, 1), round(free, 1), tall)
    qr = Box(round(width - edge - side, 1), round(height - edge - side, 1), side, side)
    texts = _stack(kinds, Box(edge, edge, round(free, 1), round(serial.y - 2 * edge, 1)))
    return Layout(width, height, qr, Serial(serial, size=size), texts)


def _places_below(width: float, height: float, kinds: tuple[str, ...]) -> Layout:
    """A tall or square card: the code centred low, the serial under it, texts on top."""
    edge = 4.0
    size = min(12.0, math.floor((width - 2 * edge) / SERIAL_WIDTH_PER_PT * 2) / 2)
    tall = round(size * POINT * 1.7, 1)
    serial = Box(edge, round(height - edge - tall, 1), round(width - 2 * edge, 1), tall)
    side = round(max(MIN_QR, min(width * 0.42, height * 0.4)), 1)
    qr = Box(round((width - side) / 2, 1), round(serial.y - 1.5 - side, 1), side, side)
    texts = _stack(kinds, Box(edge, edge, round(width - 2 * edge, 1), round(qr.y - 2 * edge, 1)))
    return Layout(width, height, qr, Serial(serial, size=size), texts)


# Largest type in points, lines of it, bold: what each text takes where there is room for all.
_DEFAULTS = {
    OFFER: (24, 2, True),
    TITLE: (12, 1, True),
    MERCHANT: (10, 1, False),
    TERMS: (7, 3, False),
    EXPIRY: (9, 1, False),
}
_LINE = 1.5


def _stack(kinds: tuple[str, ...], room: Box) -> tuple[Text, ...]:
    """Texts under each other in ``room``, all smaller by the same factor where room is short."""
    natural = [size * _LINE * POINT * lines for size, lines, _bold in map(_DEFAULTS.__getitem__, kinds)]
    factor = min(1.0, room.h / sum(natural)) if natural else 1.0
    texts: list[Text] = []
    top = room.y
    for kind, tall in zip(kinds, natural, strict=True):
        size, _lines, bold = _DEFAULTS[kind]
        box = Box(room.x, round(top, 1), room.w, max(2.0, math.floor(tall * factor * 10) / 10))
        if box.y + box.h > room.y + room.h + 0.01:
            break
        texts.append(Text(kind, box, size=max(MIN_TEXT_PT, math.floor(size * factor * 2) / 2), bold=bold))
        top += box.h
    return tuple(texts)


def _mirrored(layout: Layout, lang: str) -> Layout:
    """The same design for a language that is read from right to left."""

    def flip(box: Box) -> Box:
        return replace(box, x=round(layout.width - box.x - box.w, 1))

    return replace(
        layout,
        qr=flip(layout.qr),
        serial=replace(layout.serial, box=flip(layout.serial.box)),
        texts=tuple(replace(text, box=flip(text.box), lang=lang) for text in layout.texts),
    )
