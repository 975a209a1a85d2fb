"""QR codes and Code 128 as plain matrices, as paths for HTML and as 1-bit masks for PDF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import zxingcpp

# Error correction M: a seventh of the code may be lost to folds and stains.
QR_LEVEL = "M"
QR_QUIET = 4
CODE128_QUIET = 10
_DARK = bytes(b"1"[0] if value < 128 else b"0"[0] for value in range(256))


@dataclass(frozen=True)
class Matrix:
    """Dark and light modules, without quiet zone: ``rows`` holds ``1`` for dark and ``0`` for light."""

    width: int
    height: int
    rows: tuple[bytes, ...]

    @property
    def mask(self) -> bytes:
        """One bit a module, rows padded to bytes, 1 for dark."""
        padding = b"0" * (-self.width % 8)
        bits = b"".join(row + padding for row in self.rows)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")

    def path(self, left: int = 0, top: int = 0) -> str:
        """The dark modules as an SVG path in a grid of one unit a module, runs of a row joined, moved as told."""
        parts = []
        for y, row in enumerate(self.rows):
            x = row.find(b"1")
            while x >= 0:
                end = row.find(b"0", x)
                end = self.width if end < 0 else end
                parts.append(f"M{x + left} {y + top}h{end - x}v1H{x + left}z")
                x = row.find(b"1", end)
        return "".join(parts)


def qr(text: str) -> Matrix:
    """The QR code of ``text``; upper-case addresses get the compact alphanumeric mode."""
    return _matrix(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=QR_LEVEL))


def code128(text: str) -> Matrix:
    """The bars of ``text`` as a matrix of one row."""
    bars = _matrix(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128))
    return Matrix(bars.width, 1, bars.rows[:1])


@lru_cache(maxsize=64)
def qr_path(text: str) -> tuple[int, str]:
    """Side in modules with quiet zone, and the SVG path, of one QR code on a page."""
    matrix = qr(text)
    return matrix.width + 2 * QR_QUIET, matrix.path(QR_QUIET, QR_QUIET)


@lru_cache(maxsize=64)
def code128_path(text: str) -> tuple[int, str]:
    """Width in modules with quiet zones, and the SVG path one unit high, of one barcode on a page."""
    matrix = code128(text)
    return matrix.width + 2 * CODE128_QUIET, matrix.path(CODE128_QUIET)


def _matrix(barcode: zxingcpp.Barcode) -> Matrix:
    image = barcode.to_image(scale=1, add_quiet_zones=False)
    height, width = image.shape
    cells = bytes(memoryview(cast("Any", image))).translate(_DARK)  # offers the buffer protocol, without saying so
    return Matrix(width, height, tuple(cells[start : start + width] for start in range(0, width * height, width)))
