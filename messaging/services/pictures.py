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

from merchants.models import Batch, Merchant
from merchants.paper.face import SAMPLE_SERIAL, render_face
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


def drawing(batch: Batch, merchant: Merchant, site: Site, serial: str = "") -> Drawing:
    """How to draw one coupon of a batch; a sample without `serial`. Raises LayoutRefused, TextTooLong, RenderFailed."""
    serial = serial or SAMPLE_SERIAL
    face = _face(batch, merchant, site)
    return Drawing(face, Layout.from_json(batch.face["layout"]), serial, printing.address(site, serial))


def prepare(batch: Batch, merchant: Merchant, site: Site) -> None:
    """Lay the face out before the first claim, which then need not wait for it. Raises as `drawing`."""
    _face(batch, merchant, site)


def _face(batch: Batch, merchant: Merchant, site: Site) -> bytes:
    """The batch's face as PDF; laid out the first time. What can change on it (words, picture) is in its name."""
    said = printing.face(batch, merchant, site)
    mark = json.dumps([batch.face, dict(said.words)], sort_keys=True, default=str)
    return _kept(site, f"made/face-{batch.id.hex}-{hashlib.sha256(mark.encode()).hexdigest()[:16]}.pdf", said)


def _kept(site: Site, name: str, said: object) -> bytes:
    stored = files.name_for(site.id, name)
    found = _read(stored)
    if found is None:
        found = render_face(said)  # type: ignore[arg-type]
        files.store(site.id, name, found)
    return found


@lru_cache(maxsize=64)
def _in_memory(stored: str) -> bytes:
    from django.core.files.storage import default_storage

    with default_storage.open(stored, "rb") as handle:
        return bytes(handle.read())


def _read(stored: str) -> bytes | None:
    if not files.exists(stored):
        return None
    return _in_memory(stored)
