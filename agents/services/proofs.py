"""Files that show a payment: a picture or a PDF, looked at by content, kept under the site, only ever downloaded."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kernel.errors import DomainError
from kernel.ids import uuid7
from tenants import files

LARGEST = 5 * 1024 * 1024
_STARTS = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


class ProofRefused(DomainError):
    code = "proof_refused"

    def __init__(self) -> None:
        super().__init__(_("Give a PDF, PNG or JPEG file of at most 5 MB."), field="proof")


def keep(site_id: uuid.UUID, data: bytes) -> str:
    """Store a proof and return its name; an empty file is none. Raises ProofRefused."""
    if not data:
        return ""
    kind = next((name for start, name in _STARTS.items() if data.startswith(start)), "")
    if not kind or len(data) > LARGEST:
        raise ProofRefused
    return files.store(site_id, f"proofs/{uuid7().hex}.{kind}", data)


def read(site_id: uuid.UUID, name: str) -> tuple[bytes, str]:
    """The bytes of a stored proof and their content type. Raises FileNotFoundError."""
    if not name:
        raise FileNotFoundError(name)
    return files.read(site_id, name), TYPES.get(name.rpartition(".")[2], "application/octet-stream")
