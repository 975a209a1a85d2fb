"""The two type families of everything printed, as data URIs for HTML and as a small TrueType font for stamping.

The files are those the pages load (``ui/fonts/…``, put there by the front-end build), so screen and paper use the
same type. ``settings.PAPER_FONT_DIRS`` may name further folders to look in.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from merchants import serials

LATIN, LATIN_EXT, ARABIC = "inter-latin.woff2", "inter-latin-ext.woff2", "noto-arabic.woff2"
FAMILIES = '"Paper Latin", "Paper Latin Extended", "Paper Arabic", sans-serif'
_FACES = (("Paper Latin", LATIN), ("Paper Latin Extended", LATIN_EXT), ("Paper Arabic", ARABIC))
SERIAL_WEIGHT = 600


class FontsMissing(RuntimeError):
    """The front end has not been built, so there is no type to print with."""


@dataclass(frozen=True)
class SerialFont:
    """What a PDF needs to write serials: the font program and its measures in thousandths of the type size."""

    program: bytes
    widths: dict[str, int]
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]

    def width(self, text: str) -> int:
        """How wide ``text`` is, in thousandths of the type size."""
        return sum(map(self.widths.__getitem__, text))


@lru_cache(maxsize=1)
def font_face_css() -> str:
    """``@font-face`` rules with the fonts inside: renderers load nothing from anywhere."""
    rules = []
    for family, name in _FACES:
        data = base64.b64encode(font_bytes(name)).decode("ascii")
        rules.append(f'@font-face{{font-family:"{family}";src:url(data:font/woff2;base64,{data}) format("woff2")}}')
    return "\n".join(rules)


@lru_cache(maxsize=8)
def font_bytes(name: str) -> bytes:
    """A font file's bytes; raises ``FontsMissing`` with the way out."""
    for path in _candidates(name):
        if path.is_file():
            return path.read_bytes()
    raise FontsMissing(f"{name} is missing: build the front end (bin/up does) or set PAPER_FONT_DIRS")


def _candidates(name: str) -> Iterator[Path]:
    for folder in getattr(settings, "PAPER_FONT_DIRS", ()):
        yield Path(folder) / name
    found = finders.find(f"ui/fonts/{name}")
    if found:
        yield Path(found)
    if settings.STATIC_ROOT:
        yield Path(settings.STATIC_ROOT) / "ui" / "fonts" / name


@lru_cache(maxsize=1)
def serial_font() -> SerialFont:
    """Inter, semi-bold, with nothing but what serials are written with: about 4 kB in each PDF."""
    font = TTFont(io.BytesIO(font_bytes(LATIN)))
    letters = f"{serials.ALPHABET}- "
    worker = subset.Subsetter(subset.Options(layout_features=[], name_IDs=[], hinting=False, notdef_outline=True))
    worker.populate(text=letters)
    worker.subset(font)
    instantiateVariableFont(font, {"wght": SERIAL_WEIGHT}, inplace=True)
    font.flavor = None
    target = io.BytesIO()
    font.save(target, reorderTables=False)
    return _measured(font, target.getvalue(), letters)


def _measured(font: TTFont, program: bytes, letters: str) -> SerialFont:
    per_mille = 1000 / font["head"].unitsPerEm
    glyphs = font.getBestCmap()
    head, hhea, os2 = font["head"], font["hhea"], font["OS/2"]
    return SerialFont(
        program=program,
        widths={letter: round(font["hmtx"][glyphs[ord(letter)]][0] * per_mille) for letter in letters},
        ascent=round(hhea.ascent * per_mille),
        descent=round(hhea.descent * per_mille),
        cap_height=round(os2.sCapHeight * per_mille),
        box=tuple(round(edge * per_mille) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)),
    )
