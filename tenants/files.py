"""Files of a site: every name begins with the site's id, and only relative names inside it are accepted."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage


def name_for(site_id: uuid.UUID, *parts: str) -> str:
    """`<site id>/<part>/…`. Raises SuspiciousFileOperation for a part that leaves the folder."""
    path = PurePosixPath(*parts)
    if path.is_absolute() or ".." in path.parts:
        raise SuspiciousFileOperation(str(path))
    return str(PurePosixPath(site_id.hex, path))


def store(site_id: uuid.UUID, name: str, data: bytes) -> str:
    """Store `data` under the site; returns the stored name."""
    return default_storage.save(name_for(site_id, name), ContentFile(data))


def store_file(site_id: uuid.UUID, name: str, handle: BinaryIO) -> str:
    """Store what `handle` holds under the site, piece by piece; returns the stored name."""
    return default_storage.save(name_for(site_id, name), File(handle))


def open_stored(site_id: uuid.UUID, name: str) -> BinaryIO:
    """A stored file of this site, opened. Raises SuspiciousFileOperation, FileNotFoundError."""
    _check(site_id, name)
    return cast("BinaryIO", default_storage.open(name, "rb"))


def exists(name: str) -> bool:
    """Whether a file of this stored name is there."""
    return default_storage.exists(name)


def read(site_id: uuid.UUID, name: str) -> bytes:
    """The bytes of a stored file of this site. Raises SuspiciousFileOperation for another site's file."""
    _check(site_id, name)
    with default_storage.open(name, "rb") as handle:
        return bytes(handle.read())


def _check(site_id: uuid.UUID, name: str) -> None:
    if not name.startswith(f"{site_id.hex}/") or ".." in PurePosixPath(name).parts:
        raise SuspiciousFileOperation(name)
