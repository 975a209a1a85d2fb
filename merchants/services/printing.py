"""A batch on paper: the face with its words, and the sheets of a few or of a million coupons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from merchants import serials, words
from merchants.models import Batch, Coupon, Merchant
from merchants.paper.face import SAMPLE_SERIAL, Face, render_face
from merchants.paper.layout import Layout
from merchants.paper.stamp import Progress, Result, sheet_for, stamp
from tenants import files
from tenants.models import Site
from tenants.queries import sites

SheetKind = Literal["a4", "single"]
SHEETS: tuple[SheetKind, ...] = ("a4", "single")
# What is worth printing: what nobody used, and nobody withdrew.
PRINTABLE = (Coupon.State.AVAILABLE, Coupon.State.HELD, Coupon.State.TAKEN)
_CHUNK = 5_000


def face(thing: Any, merchant: Merchant, site: Site) -> Face:
    """The face of a batch or of a plan, with its picture read from the site's files."""
    found = thing.face
    image = files.read(site.id, found["image"]) if found.get("image") else b""
    return Face(
        Layout.from_json(found["layout"]), words.on_paper(thing, merchant, site.currency), image,
        found.get("content_type", "image/png"), title=thing.title_en, url=address(site, SAMPLE_SERIAL),
    )  # fmt: skip


def address(site: Site, serial: str) -> str:
    """What the QR code of a coupon holds: its short address on the site's own domain, in capitals."""
    return serials.short_url(
        sites.primary_domain(site), serial, scheme="https" if settings.HTTPS else "http",
        port=settings.PUBLIC_PORT or None,
    )  # fmt: skip


def sample(thing: Any, merchant: Merchant, site: Site, *, sheet: SheetKind, out_dir: Path) -> Path:
    """One page as it would be printed, every coupon with the same sample serial, which belongs to no coupon.

    Raises LayoutRefused, TextTooLong, RenderFailed.
    """
    drawn = face(thing, merchant, site)
    count = min(thing.quantity, len(sheet_for(drawn.layout, sheet).slots))
    pair = (SAMPLE_SERIAL, address(site, SAMPLE_SERIAL))
    return stamp(render_face(drawn), [pair] * count, drawn.layout, out_dir=out_dir, sheet=sheet, name="sample").paths[0]


def print_batch(
    batch: Batch, merchant: Merchant, site: Site, *, sheet: SheetKind, out_dir: Path, name: str, progress: Progress
) -> Result:
    """All printable coupons of the print lane as PDF, or as an archive of parts of 1,000 pages.

    Raises NothingToPrint, StampCancelled, LayoutRefused, TextTooLong, RenderFailed.
    """
    drawn = face(batch, merchant, site)
    base = address(site, "")
    pairs = ((coupon.serial, base + coupon.serial) for coupon in each(printable(batch)))
    return stamp(
        render_face(drawn), pairs, drawn.layout, out_dir=out_dir, sheet=sheet, name=name, title=batch.title_en,
        progress=progress,
    )  # fmt: skip


def printable(batch: Batch) -> Any:
    """The coupons of a batch that a print run holds."""
    return Coupon.objects.filter(batch=batch, lane=Coupon.Lane.PRINT, state__in=PRINTABLE)


def each(coupons: Any) -> Iterator[Coupon]:
    """Coupons in the order they were made, a few thousand at a time: memory does not grow with the batch."""
    last = None
    while True:
        rows = coupons.order_by("id")
        page: Iterable[Coupon] = list((rows.filter(id__gt=last) if last else rows)[:_CHUNK])
        for coupon in page:
            last = coupon.id
            yield coupon
        if not page:
            return
