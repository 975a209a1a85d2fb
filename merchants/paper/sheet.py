"""How coupons lie on sheets: one a page, or as many as fit an A4 page, with cut marks in its margin."""

from __future__ import annotations

from dataclasses import dataclass

from merchants.paper.pdf import number

POINTS = 72 / 25.4
A4 = (210.0, 297.0)
# Marks of 4 mm that keep 1 mm away from the coupons, on a margin most printers can print.
MARK, MARK_GAP, MARGIN = 4.0, 1.0, 8.0


@dataclass(frozen=True)
class Sheet:
    """A page's size and the lower left corners of its coupons, all in points, top row first."""

    width: float
    height: float
    columns: int
    rows: int
    slots: tuple[tuple[float, float], ...]
    marks: bytes = b""


def single(width: float, height: float) -> Sheet:
    """One coupon of ``width`` × ``height`` millimetres on a page of its size."""
    return Sheet(width * POINTS, height * POINTS, 1, 1, ((0.0, 0.0),))


def a4(width: float, height: float) -> Sheet:
    """As many coupons as fit an A4 page, upright or across, edge to edge: one cut parts two coupons."""
    upright, across = _counted(width, height, *A4), _counted(width, height, *reversed(A4))
    (columns, rows), (page_width, page_height) = (
        (across, (A4[1], A4[0])) if across[0] * across[1] > upright[0] * upright[1] else (upright, A4)
    )
    if columns * rows == 0:
        raise ValueError("the coupon is larger than an A4 page")
    left, bottom = (page_width - columns * width) / 2, (page_height - rows * height) / 2
    slots = tuple(
        ((left + column * width) * POINTS, (bottom + row * height) * POINTS)
        for row in reversed(range(rows))
        for column in range(columns)
    )
    xs = [left + column * width for column in range(columns + 1)]
    ys = [bottom + row * height for row in range(rows + 1)]
    return Sheet(page_width * POINTS, page_height * POINTS, columns, rows, slots, _marks(xs, ys))


def _counted(width: float, height: float, page_width: float, page_height: float) -> tuple[int, int]:
    fits = 0.001  # a coupon of exactly the free width must not fall to rounding
    return int((page_width - 2 * MARGIN) / width + fits), int((page_height - 2 * MARGIN) / height + fits)


def _marks(xs: list[float], ys: list[float]) -> bytes:
    """Hairlines at every cut, outside the coupons."""
    near, far = MARK_GAP, MARK_GAP + MARK
    lines = []
    for x in xs:
        lines += [(x, ys[0] - near, x, ys[0] - far), (x, ys[-1] + near, x, ys[-1] + far)]
    for y in ys:
        lines += [(xs[0] - near, y, xs[0] - far, y), (xs[-1] + near, y, xs[-1] + far, y)]
    drawn = (b"%b %b m %b %b l" % tuple(number(place * POINTS) for place in line) for line in lines)
    return b"0 G 0.25 w " + b" ".join(drawn) + b" S\n"
