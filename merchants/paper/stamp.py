"""Stamp serials and codes on a face: the print run of a batch.

The face is drawn once and shared as a form; a coupon adds its serial as text and its codes as 1-bit masks, about 400
bytes. Pages go to disk as they are made, so memory does not grow with the run.
"""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from merchants import serials
from merchants.paper import codes, fonts
from merchants.paper.layout import Box, Layout
from merchants.paper.pdf import Form, Writer, number
from merchants.paper.sheet import POINTS, Sheet, a4, single

PAGES_PER_PART = 1_000
_REPORT_EVERY = 200

Coupon = tuple[str, str]
Progress = Callable[[int], bool]


class StampCancelled(DomainError):
    """The run was cancelled; nothing is left of it."""

    code = "cancelled"

    def __init__(self) -> None:
        super().__init__(_("The print run was cancelled."))


class NothingToPrint(DomainError):
    """There is no coupon to print."""

    code = "nothing_to_print"

    def __init__(self) -> None:
        super().__init__(_("There are no coupons to print."))


@dataclass(frozen=True)
class Result:
    """What was written: one PDF, or one archive of PDFs, and how much is in it."""

    paths: tuple[Path, ...]
    pages: int
    coupons: int
    parts: int


def stamp(
    face_pdf: bytes,
    coupons: Iterable[Coupon],
    layout: Layout,
    *,
    out_dir: Path,
    sheet: Literal["a4", "single"] = "a4",
    name: str = "coupons",
    title: str = "",
    pages_per_part: int = PAGES_PER_PART,
    progress: Progress | None = None,
) -> Result:
    """Write ``coupons`` (serial, address) to ``out_dir`` as ``name.pdf``, or ``name.zip`` beyond one part.

    ``progress`` is told how many coupons are done and cancels the run by returning true: ``StampCancelled`` is raised
    and no file is left behind, as after any other error.
    """
    run = _Run(face_pdf, layout, sheet, title, pages_per_part, progress or (lambda _done: False))
    parts: list[Path] = []
    archive = out_dir / f"{name}.zip"
    try:
        rest = iter(coupons)
        while ahead := list(itertools.islice(rest, 1)):
            parts.append(out_dir / f"{name}-{len(parts) + 1:03}.pdf")
            with parts[-1].open("wb") as target:
                run.write_part(target, itertools.chain(ahead, rest))
        if not parts:
            raise NothingToPrint
        paths = (_zipped(archive, parts),) if len(parts) > 1 else (parts[0].rename(out_dir / f"{name}.pdf"),)
    except BaseException:
        for path in (*parts, archive):
            path.unlink(missing_ok=True)
        raise
    return Result(paths, run.pages, run.done, len(parts))


def sheet_for(layout: Layout, kind: str) -> Sheet:
    """The page that coupons of this layout are printed on."""
    return a4(layout.width, layout.height) if kind == "a4" else single(layout.width, layout.height)


class _Run:
    """One print run: what all its parts share, and how far it is."""

    def __init__(
        self, face_pdf: bytes, layout: Layout, sheet: str, title: str, pages_per_part: int, progress: Progress
    ) -> None:
        self._form = Form(face_pdf)
        self._sheet = sheet_for(layout, sheet)
        self._layout = layout
        self._title = title
        self._pages_per_part = pages_per_part
        self._progress = progress
        self._font = fonts.serial_font()
        self.pages = 0
        self.done = 0

    def write_part(self, target: BinaryIO, coupons: Iterator[Coupon]) -> None:
        """Write pages until the part is full or the coupons are."""
        writer = Writer(target)
        slots = self._sheet.slots
        resources, full, marks = self._shared(writer)
        stamps = [self._stamper(x, y) for x, y in slots]
        per_page = len(slots)
        while writer.pages < self._pages_per_part and (batch := list(itertools.islice(coupons, per_page))):
            base = b"/S Do\n" if len(batch) == per_page else full(len(batch))
            content = b"".join(put(*coupon) for put, coupon in zip(stamps, batch, strict=False))
            writer.add_page(self._sheet.width, self._sheet.height, base + marks + content, resources)
            self._count(len(batch))
        self.pages += writer.pages
        writer.finish(self._title)

    def _count(self, more: int) -> None:
        before, self.done = self.done, self.done + more
        if before // _REPORT_EVERY != self.done // _REPORT_EVERY and self._progress(self.done):
            raise StampCancelled

    def _shared(self, writer: Writer) -> tuple[int, Callable[[int], bytes], bytes]:
        """Write face, full sheet and font; return the resources' number and what draws faces and marks."""
        face = self._form.copy_into(writer)
        sheet = self._sheet

        def faces(count: int) -> bytes:
            places = ((number(x), number(y)) for x, y in sheet.slots[:count])
            return b"".join(b"q 1 0 0 1 %b %b cm /F Do Q\n" % place for place in places)

        whole = writer.add_stream(
            faces(len(sheet.slots)),
            b"/Type /XObject /Subtype /Form /BBox [0 0 %b %b] /Resources << /XObject << /F %d 0 R >> >>"
            % (number(sheet.width), number(sheet.height), face),
        )
        resources = writer.add(
            b"<< /XObject << /F %d 0 R /S %d 0 R >> /Font << /T %d 0 R >> >>" % (face, whole, self._write_font(writer))
        )
        return resources, faces, sheet.marks

    def _write_font(self, writer: Writer) -> int:
        font = self._font
        program = writer.add_stream(font.program, b"/Length1 %d" % len(font.program))
        box = b" ".join(b"%d" % edge for edge in font.box)
        descriptor = writer.add(
            b"<< /Type /FontDescriptor /FontName /SERIAL+Inter-SemiBold /Flags 32 /FontBBox [%b] /ItalicAngle 0"
            b" /Ascent %d /Descent %d /CapHeight %d /StemV 120 /FontFile2 %d 0 R >>"
            % (box, font.ascent, font.descent, font.cap_height, program)
        )
        first, last = 32, 90
        widths = b" ".join(b"%d" % font.widths.get(chr(code), 0) for code in range(first, last + 1))
        return writer.add(
            b"<< /Type /Font /Subtype /TrueType /BaseFont /SERIAL+Inter-SemiBold /Encoding /WinAnsiEncoding"
            b" /FirstChar %d /LastChar %d /Widths [%b] /FontDescriptor %d 0 R >>" % (first, last, widths, descriptor)
        )

    def _stamper(self, left: float, bottom: float) -> Callable[[str, str], bytes]:
        """What writes a coupon's own marks at one place of the sheet."""
        put_serial = self._serial_writer(left, bottom)
        x, y, side, _h = self._placed(self._layout.qr, left, bottom)
        bars = self._placed(self._layout.barcode, left, bottom) if self._layout.barcode else None

        def put(serial: str, url: str) -> bytes:
            drawn = put_serial(serial) + b"0 g\n" + _qr(url, x, y, side)
            return drawn + _bars(serial, *bars) if bars else drawn

        return put

    def _serial_writer(self, left: float, bottom: float) -> Callable[[str], bytes]:
        field, font = self._layout.serial, self._font
        x, y, width, height = self._placed(field.box, left, bottom)
        per_mille = field.size / 1000
        baseline = number(y + height / 2 - font.cap_height * per_mille / 2)
        red, green, blue = (int(field.colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
        colour = b"%b %b %b rg" % (number(red), number(green), number(blue))
        size = number(field.size)
        slack = {"start": 0.0, "center": 0.5, "end": 1.0}[field.align]

        def put(serial: str) -> bytes:
            words = serials.display(serial)
            wide = font.width(words) * per_mille
            squeeze = min(1.0, width / wide)
            start = number(x + (width - wide * squeeze) * slack)
            return b"%b BT /T %b Tf %b Tz 1 0 0 1 %b %b Tm (%b) Tj ET\n" % (
                colour,
                size,
                number(squeeze * 100),
                start,
                baseline,
                words.encode("ascii"),
            )

        return put

    def _placed(self, box: Box, left: float, bottom: float) -> tuple[float, float, float, float]:
        """A box of the layout, which counts from the top, in points of the sheet, which counts from the bottom."""
        low = self._layout.height - box.y - box.h
        return left + box.x * POINTS, bottom + low * POINTS, box.w * POINTS, box.h * POINTS


def _qr(url: str, x: float, y: float, side: float) -> bytes:
    matrix = codes.qr(url)
    module = side / (matrix.width + 2 * codes.QR_QUIET)
    quiet, inner = module * codes.QR_QUIET, module * matrix.width
    return _mask(matrix, x + quiet, y + quiet, inner, inner)


def _bars(serial: str, x: float, y: float, width: float, height: float) -> bytes:
    matrix = codes.code128(serial)
    module = width / (matrix.width + 2 * codes.CODE128_QUIET)
    return _mask(matrix, x + module * codes.CODE128_QUIET, y, module * matrix.width, height)


def _mask(matrix: codes.Matrix, x: float, y: float, width: float, height: float) -> bytes:
    """The dark modules as an inline image that paints 1-bits in the current colour."""
    data = matrix.mask
    kind = b""
    if b"EI" in data:
        # A reader that looks for the end mark would stop inside the picture.
        data, kind = data.hex().encode("ascii") + b">", b" /F /AHx"
    place = b"q %b 0 0 %b %b %b cm" % (number(width), number(height), number(x), number(y))
    head = b"BI /W %d /H %d /IM true /BPC 1 /D [1 0]%b ID " % (matrix.width, matrix.height, kind)
    return b"%b %b%b\nEI Q\n" % (place, head, data)


def _zipped(archive: Path, parts: list[Path]) -> Path:
    """The parts in one archive, each deleted once it is in; PDF pages are compressed already."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for part in parts:
            target.write(part, part.name)
            part.unlink()
    return archive
