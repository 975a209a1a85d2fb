"""The brand of a site, changed by its own staff or by the console."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from merchants.paper.images import Accepted, accept_image
from tenants.models import Site
from tenants.services import branding

LARGEST = {"logo": 2 * 1024 * 1024, "favicon": 512 * 1024}
SIDES = {"logo": 1200, "favicon": 256}


def save(*, site: Site, actor: Actor, now: dt.datetime, pictures: dict[str, bytes | None], **values: Any) -> None:
    """Store the brand. `pictures` maps `logo` and `favicon` to a new upload, or None to take it away.

    Raises NotAllowed, ImageRefused.
    """
    must(actor, "brand.manage")
    accepted = {kind: accept(kind, data) if data else None for kind, data in pictures.items()}
    for kind, picture in accepted.items():
        values[kind] = (
            branding.store_picture(site=site, kind=kind, data=picture.bytes, content_type=picture.content_type)
            if picture
            else ""
        )
    before = {name: getattr(site, name) for name in values}
    with transaction.atomic():
        branding.save(site=site, **values)
        if before != values:
            audit.record("brand.edited", site, actor=actor, now=now, before=before, after=values)


def accept(kind: str, data: bytes) -> Accepted:
    """A logo or favicon, encoded anew. Raises ImageRefused."""
    return accept_image(data, max_bytes=LARGEST[kind], max_side=SIDES[kind])


def hide_entries(*, site: Site, hidden: list[str], actor: Actor, now: dt.datetime) -> None:
    """Which entries of the platform's lists this site does not offer: `kind:code`. Raises NotAllowed."""
    must(actor, "brand.manage")
    before = sorted(site.hidden_entries)
    with transaction.atomic():
        branding.save(site=site, hidden_entries=sorted(hidden))
        if before != sorted(hidden):
            audit.record(
                "lists.hidden", site, actor=actor, now=now, before={"hidden": before}, after={"hidden": sorted(hidden)}
            )
