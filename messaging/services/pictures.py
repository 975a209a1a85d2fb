"""A coupon as a picture for the phone: its printed face with its own serial and codes, as JPEG.

The face of a batch is laid out once and kept as a PDF beside the site's files; a coupon is stamped on it and drawn.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pypdfium2

from merchants import words
from merchants.models import Batch, Merchant
from merchants.paper.face import render_face
from merchants.paper.layout import Layout
from merchants.paper.stamp import stamp
from merchants.services import printing
from tenants import files
from tenants.models import Site

WIDTH = 1080  # pixels; a phone shows no more
LARGEST = 5 * 1024 * 1024  # bytes that Meta takes
MIME = "image/jpeg"
_ONE_AT_A_TIME = threading.Lock()  # PDFium may not be used by two threads


@dataclass(frozen=True)
class Drawing:
    """What a picture is made of: no database is needed from here on."""

    face: bytes
    layout: Layout
    serial: str
    url: str

    def jpeg(self) -> bytes:
        """The coupon as JPEG, at most LARGEST bytes."""
        with tempfile.TemporaryDirectory(prefix="coupon-") as folder:
            pair = (self.serial, self.url)
            made = stamp(self.face, [pair], self.layout, out_dir=Path(folder), sheet="single", name="coupon")
            pdf = made.paths[0].read_bytes()
        with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
            page = document[0]
            image = page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB")
        for quality in (85, 70, 50):
            target = io.BytesIO()
            image.save(target, "JPEG", quality=quality)
            if target.tell() <= LARGEST:
                break
        return target.getvalue()


@dataclass(frozen=True)
class Sheet:
    """What all coupons of a batch share: the face as PDF, and where serial and codes stand on it."""

    face: bytes
    layout: Layout

    def drawing(self, serial: str, url: str) -> Drawing:
        """One coupon of the batch."""
        return Drawing(self.face, self.layout, serial, url)


def sheet(batch: Batch, merchant: Merchant, site: Site) -> Sheet:
    """The shared part of a batch's pictures; laid out the first time. Raises LayoutRefused, TextTooLong, RenderFailed.

    What can change on it (words, picture) is in its stored name, so the picture itself is read for the first one only.
    """
    said = words.on_paper(batch, merchant, site.currency)
    mark = json.dumps([batch.face, said], sort_keys=True, default=str)
    name = f"made/face-{batch.id.hex}-{hashlib.sha256(mark.encode()).hexdigest()[:16]}.pdf"
    found = _read(files.name_for(site.id, name))
    if found is None:
        found = render_face(printing.face(batch, merchant, site))
        files.store(site.id, name, found)
    return Sheet(found, Layout.from_json(batch.face["layout"]))


@lru_cache(maxsize=64)
def _in_memory(stored: str) -> bytes:
    from django.core.files.storage import default_storage

    with default_storage.open(stored, "rb") as handle:
        return bytes(handle.read())


def _read(stored: str) -> bytes | None:
    try:
        return _in_memory(stored)
    except FileNotFoundError:
        return None
