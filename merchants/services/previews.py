"""A page as it would be printed, shown before anything is paid. Kept a quarter of an hour, for one merchant."""

from __future__ import annotations

import io
import secrets
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

import pypdfium2
from django.core.cache import cache

from merchants.models import Merchant
from merchants.services import printing
from tenants.models import Site

KEPT_SECONDS = 900
WIDTH = 1000
_ONE_AT_A_TIME = threading.Lock()  # PDFium may not be used by two threads


def make(thing: Any, merchant: Merchant, site: Site, *, sheet: printing.SheetKind = "a4") -> str:
    """Draw one page of a batch or plan; returns the token of its picture and its PDF.

    Raises LayoutRefused, TextTooLong, RenderFailed: then the batch could not be printed either.
    """
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        pdf = printing.sample(thing, merchant, site, sheet=sheet, out_dir=Path(folder)).read_bytes()
    token = secrets.token_urlsafe(18)
    cache.set(_key(merchant.id, token, "pdf"), pdf, KEPT_SECONDS)
    cache.set(_key(merchant.id, token, "webp"), picture(pdf), KEPT_SECONDS)
    return token


def find(merchant_id: uuid.UUID, token: str, form: str) -> bytes | None:
    """The kept page as `pdf` or `webp`, for the merchant it was made for."""
    found = cache.get(_key(merchant_id, token, form))
    return bytes(found) if found else None


def picture(pdf: bytes) -> bytes:
    """The first page of a PDF as WebP."""
    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        image = page.render(scale=WIDTH / page.get_width()).to_pil()
    target = io.BytesIO()
    image.save(target, "WEBP", quality=85)
    return target.getvalue()


def _key(merchant_id: uuid.UUID, token: str, form: str) -> str:
    return f"preview:{merchant_id.hex}:{token}:{form}"
