"""Pictures of merchants: accepted by content, stored once under a name that never changes, with a small copy.

Names: `m/<merchant>/…` for a merchant's own, `library/…` for copies of the platform's templates. What a batch's face
points to is never deleted or overwritten.
"""

from __future__ import annotations

import io
import uuid
from pathlib import PurePosixPath
from typing import Any

from PIL import Image

from merchants.library.models import LibraryTemplate
from merchants.paper.images import Accepted, accept_image
from tenants import files
from tenants.models import Site
from tenants.walls.levels import MASTER_ID

SMALL_SIDE = 640
_SMALL = "-small.webp"
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
CONTENT_TYPES = {ending: content_type for content_type, ending in _ENDINGS.items()}


def folder_of(merchant_id: uuid.UUID) -> str:
    """The folder of a merchant's files inside the site."""
    return f"m/{merchant_id.hex}"


def keep(site: Site, merchant_id: uuid.UUID, kind: str, data: bytes, **limits: Any) -> tuple[str, Accepted]:
    """Accept an upload and store it with a small copy; its stored name. Raises a subclass of ImageRefused."""
    accepted = accept_image(data, **limits)
    return _store(site, f"{folder_of(merchant_id)}/{kind}/{uuid.uuid4().hex}", accepted.bytes,
                  accepted.content_type), accepted  # fmt: skip


def keep_library(site: Site, template: LibraryTemplate) -> str:
    """A copy of a library picture inside the site, made once: a batch's face outlives the library's template."""
    name = f"library/{template.id.hex}-{PurePosixPath(template.image).stem[-12:]}"
    stored = files.name_for(site.id, name + _ENDINGS[template.content_type])
    if files.exists(stored):
        return stored
    return _store(site, name, library_bytes(template), template.content_type)


def library_bytes(template: LibraryTemplate) -> bytes:
    """The picture of a library template, from the console's files."""
    return files.read(uuid.UUID(MASTER_ID), template.image)


def small_name(stored: str) -> str:
    """The name of a picture's small copy."""
    return str(PurePosixPath(stored).with_suffix("")) + _SMALL if stored else ""


def small_copy(data: bytes) -> bytes:
    """The picture with its long side at most 640 pixels, as WebP."""
    with Image.open(io.BytesIO(data)) as image:
        image.thumbnail((SMALL_SIDE, SMALL_SIDE))
        target = io.BytesIO()
        image.save(target, "WEBP", quality=82)
    return target.getvalue()


def _store(site: Site, name: str, data: bytes, content_type: str) -> str:
    stored = files.store(site.id, name + _ENDINGS[content_type], data)
    files.store(site.id, str(PurePosixPath(small_name(stored)).relative_to(site.id.hex)), small_copy(data))
    return stored
