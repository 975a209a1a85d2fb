"""The wheel as a picture: segments, and labels that fit into them. Pure functions; the unit is a pixel at 328 px width.

Widths of letters are estimated from above (the browser's font is not at hand here), so a label that fits by these
figures fits on the screen. A label stands across its segment where there is room (few segments) or along the radius.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

RADIUS = 150.0  # of the segments; the rim lies outside
HUB = 26.0
MARGIN = 5.0
SMALLEST, LARGEST = 12.0, 22.0
LEADING = 1.22
_STEP = 0.5
# Where a line may end: after a space, and after a hyphen between letters.
_BREAKS = re.compile(r"(?<=\s)|(?<=[^\W\d_]-)(?=[^\W\d_])")
_NARROW, _WIDE = set("iljftrI1.,'|!:;()[] -"), set("mwMW@%—…&")


@dataclass(frozen=True)
class Line:
    """Words at an offset from their label's middle. `squeeze`: the width they are pressed into, 0 for their own."""

    words: str
    offset: float
    squeeze: float = 0.0


@dataclass(frozen=True)
class Label:
    """Lines about (x, y), turned by `turn` degrees."""

    lines: tuple[Line, ...]
    x: float
    y: float
    turn: float
    size: float
    rtl: bool


@dataclass(frozen=True)
class Wedge:
    """One segment: the path of its outline, clockwise from the top, and its label."""

    position: int
    path: str
    middle: float  # degrees clockwise from the top
    label: Label


def width_of(text: str, size: float) -> float:
    """At most so wide is `text` in the pages' semi-bold font."""
    return sum(_width(char) for char in text) * size


def _width(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if char in _NARROW:
        return 0.42
    if char in _WIDE:
        return 1.0
    if "\u0600" <= char <= "\u06ff":
        return 0.66
    if char.isupper() or char.isdigit():
        return 0.76
    return 0.64 if ord(char) < 0x250 else 1.05


def is_rtl(text: str) -> bool:
    """Whether the first letter with a direction is written from the right."""
    return next((kind in {"R", "AL"} for char in text if (kind := unicodedata.bidirectional(char)) in "LRAL"), False)


def wedges(labels: Sequence[str]) -> list[Wedge]:
    """The segments of a wheel with these labels, clockwise from the top, where the first begins."""
    labels = [" ".join(text.split()) or "…" for text in labels]
    count = len(labels)
    angle = 2 * math.pi / count
    across = [_best(text, angle, across=True) for text in labels]
    along = [_best(text, angle, across=False) for text in labels]
    use_across = _worst(across) >= _worst(along)
    chosen = across if use_across else along
    # One long label does not make all others small, but neighbours look alike.
    most = min(one.size for one in chosen) * 1.35
    found = []
    for index, text in enumerate(labels):
        middle = (index + 0.5) * angle
        fit = chosen[index] if chosen[index].size <= most else _best(text, angle, across=use_across, largest=most)
        found.append(Wedge(index + 1, _outline(index * angle, angle), math.degrees(middle), _placed(fit, middle, text)))
    return found


@dataclass(frozen=True)
class _Fit:
    lines: tuple[str, ...]
    size: float
    centre: float  # distance of the block's middle from the hub
    across: bool
    squeeze: float = 0.0


def _worst(fits: Sequence[_Fit]) -> float:
    """How well the least lucky label stands."""
    return min(map(_legible, fits))


def _legible(fit: _Fit) -> float:
    """Its size, and less by as much as its longest line is pressed."""
    return fit.size * min(1.0, fit.squeeze / _longest(fit.lines, fit.size)) if fit.squeeze else fit.size


def _best(text: str, angle: float, *, across: bool, largest: float = LARGEST) -> _Fit:
    size = largest
    while size >= SMALLEST:
        fit = _fit(text, angle, size, across=across)
        if fit:
            return fit
        size -= _STEP
    return _pressed(text, angle, across=across)


def _fit(text: str, angle: float, size: float, *, across: bool) -> _Fit | None:
    for count in (1, 2, 3):
        lines = _wrapped(text, count, size)
        if not lines:
            continue
        centre = _room(lines, angle, size, across=across)
        if centre:
            return _Fit(lines, size, centre, across)
    return None


def _wrapped(text: str, count: int, size: float) -> tuple[str, ...]:
    """The words in exactly `count` lines whose widest is as narrow as can be; () where there are too few words."""
    words = _BREAKS.split(text)
    if len(words) < count:
        return ()
    if count == 1:
        return (text.strip(),)
    options = []
    for cut in range(1, len(words) - count + 2):
        rest = _wrapped("".join(words[cut:]), count - 1, size)
        options.append(("".join(words[:cut]).strip(), *rest))
    return min(options, key=lambda lines: _longest(lines, size))


def _longest(lines: Sequence[str], size: float) -> float:
    return max(width_of(line, size) for line in lines)


def _room(lines: tuple[str, ...], angle: float, size: float, *, across: bool) -> float:
    """How far from the hub the middle of these lines may stand, 0 where they do not fit. The farther out the better."""
    half = len(lines) * size * LEADING / 2
    longest = _longest(lines, size)
    inner_most = HUB + MARGIN
    if not across:
        # Along the radius: the block's inner end is where the segment is narrowest.
        outer = math.sqrt((RADIUS - MARGIN) ** 2 - half**2) if half < RADIUS - MARGIN else 0.0
        inner = outer - longest
        return inner + longest / 2 if inner > inner_most and _half_width(inner, angle) >= half + 2 else 0.0
    centre = RADIUS - MARGIN - half
    while centre - half > inner_most:
        if all(
            _fits_across(width_of(line, size), centre + half - (index + 1) * size * LEADING, size, angle)
            for index, line in enumerate(lines)
        ):
            return centre
        centre -= 1.0
    return 0.0


def _fits_across(width: float, bottom: float, size: float, angle: float) -> bool:
    top = bottom + size * LEADING
    return _half_width(bottom, angle) >= width / 2 + 2 and math.hypot(width / 2, top) <= RADIUS - 3


def _half_width(distance: float, angle: float) -> float:
    """Half the room between a segment's edges at a distance from the hub."""
    return math.inf if angle >= math.pi else distance * math.tan(angle / 2) - 2


def _pressed(text: str, angle: float, *, across: bool) -> _Fit:
    """The smallest size, in as many lines as are pressed least: for a label of one very long word."""
    options = (_wrapped(text, count, SMALLEST) for count in (1, 2, 3))
    return max((_press_into(lines, angle, across=across) for lines in options if lines), key=_legible)


def _press_into(lines: tuple[str, ...], angle: float, *, across: bool) -> _Fit:
    """These lines, pressed into what room there is."""
    half = len(lines) * SMALLEST * LEADING / 2
    if across:
        centre = RADIUS - MARGIN - half - 6
        return _Fit(lines, SMALLEST, centre, across, max(20.0, 2 * _half_width(centre - half, angle) - 4))
    inner = max(HUB + MARGIN, (half + 4) / math.tan(min(angle, 3.0) / 2))
    outer = math.sqrt((RADIUS - MARGIN) ** 2 - half**2)
    return _Fit(lines, SMALLEST, (inner + outer) / 2, across, max(20.0, outer - inner))


def _placed(fit: _Fit, middle: float, text: str) -> Label:
    """Where a block stands on the wheel. Across, its top looks outward; along, it reads from the hub to the rim."""
    x, y = fit.centre * math.sin(middle), -fit.centre * math.cos(middle)
    turn = math.degrees(middle) - (0 if fit.across else 90)
    step = fit.size * LEADING
    first = -(len(fit.lines) - 1) * step / 2
    lines = tuple(Line(line, round(first + index * step, 2), _press(line, fit)) for index, line in enumerate(fit.lines))
    return Label(lines, round(x, 2), round(y, 2), round(turn, 2), fit.size, is_rtl(text))


def _press(line: str, fit: _Fit) -> float:
    return round(fit.squeeze, 1) if fit.squeeze and width_of(line, fit.size) > fit.squeeze else 0.0


def _outline(start: float, angle: float) -> str:
    x1, y1 = RADIUS * math.sin(start), -RADIUS * math.cos(start)
    x2, y2 = RADIUS * math.sin(start + angle), -RADIUS * math.cos(start + angle)
    return f"M0 0L{x1:.2f} {y1:.2f}A{RADIUS:g} {RADIUS:g} 0 0 1 {x2:.2f} {y2:.2f}Z"
