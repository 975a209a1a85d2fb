"""What a site shows of itself. Each change moves the version that stylesheet and pictures are kept under."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import F

from tenants import files
from tenants.models import Site
from tenants.queries import sites

# The columns that staff of a site have a right to change (tenants/migrations/0002_walls.py).
FIELDS = frozenset({
    "name", "legal_name", "tagline_en", "tagline_ar", "logo", "favicon", "primary_colour", "accent_colour",
    "language", "support_email", "support_phone", "address", "sender_name", "terms_en", "terms_ar", "privacy_en",
    "privacy_ar", "hidden_entries"
})  # fmt: skip
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def save(*, site: Site, **values: Any) -> None:
    """Store these fields of the brand. Raises KeyError for a field that is none."""
    foreign = set(values) - FIELDS
    if foreign:
        raise KeyError(f"not of the brand: {sorted(foreign)}")
    Site.objects.filter(id=site.id).update(**values, brand_version=F("brand_version") + 1)
    site.refresh_from_db()
    sites.forget()


def store_picture(*, site: Site, kind: str, data: bytes, content_type: str) -> str:
    """Keep a picture (re-encoded already) and return its path on the site. The name changes with the content."""
    name = f"{kind}-{hashlib.sha256(data).hexdigest()[:16]}.{EXTENSIONS[content_type]}"
    stored = files.name_for(site.id, "brand", name)
    if not files.exists(stored):
        files.store(site.id, f"brand/{name}", data)
    return f"/brand/{name}"


def picture(*, site: Site, name: str) -> tuple[bytes, str] | None:
    """The bytes and the type of a brand picture of this site."""
    types = {extension: kind for kind, extension in EXTENSIONS.items()}
    kind = types.get(name.rpartition(".")[2])
    stored = files.name_for(site.id, "brand", name)
    if kind is None or not files.exists(stored):
        return None
    return files.read(site.id, stored), kind
