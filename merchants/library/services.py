"""The platform's template library: as many as wanted; an enabled one may be chosen by every merchant of every site.

Pictures lie among the console's files. A batch keeps a copy of what it was made with, so nothing here breaks old ones.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from merchants.library.models import LibraryTemplate
from merchants.paper.defaults import default_layout, legible
from merchants.paper.images import Accepted, accept_image
from merchants.paper.layout import Layout
from tenants import files
from tenants.walls.levels import MASTER_ID

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def add(
    *, name_en: str, name_ar: str, category: str, data: bytes, actor: Actor, now: dt.datetime
) -> LibraryTemplate:
    """Put a picture into the library, with the usual places for serial and code. Raises NotAllowed, ImageRefused."""
    must(actor, "library.manage")
    accepted = accept_image(data)
    image = _store(accepted)
    with transaction.atomic():
        template = LibraryTemplate.objects.create(
            name_en=name_en, name_ar=name_ar, category=category, image=image, content_type=accepted.content_type,
            width=accepted.width, height=accepted.height, created_at=now, created_by=actor.id,
            layout=legible(default_layout(accepted.width, accepted.height), accepted.bytes).to_json(),
        )  # fmt: skip
        audit.record("library.added", template, actor=actor, now=now, after={"name": name_en, "category": category})
    return template


def edit(
    *,
    template_id: uuid.UUID,
    name_en: str,
    name_ar: str,
    category: str,
    layout: Any,
    actor: Actor,
    now: dt.datetime,
    data: bytes = b"",
) -> LibraryTemplate:
    """Change names, category, places and perhaps the picture. Raises NotAllowed, ImageRefused, LayoutRefused."""
    must(actor, "library.manage")
    placed = Layout.from_json(layout).check().to_json() if layout else None
    accepted = accept_image(data) if data else None
    image = _store(accepted) if accepted else ""
    with transaction.atomic():
        template = LibraryTemplate.objects.select_for_update().get(id=template_id)
        before = {"name": template.name_en, "category": template.category, "layout": template.layout}
        template.name_en, template.name_ar, template.category = name_en, name_ar, category
        if accepted:
            template.image, template.content_type = image, accepted.content_type
            template.width, template.height = accepted.width, accepted.height
        template.layout = placed or template.layout
        template.save()
        changed = template.layout != before.pop("layout")
        audit.record(
            "library.edited", template, actor=actor, now=now, before={**before, "layout": "before"},
            after={"name": name_en, "category": category, "layout": "changed" if changed or accepted else "before"},
        )  # fmt: skip
    return template


def set_enabled(*, template_id: uuid.UUID, enabled: bool, actor: Actor, now: dt.datetime) -> None:
    """Offer a template to merchants, or no longer. Raises NotAllowed."""
    must(actor, "library.manage")
    with transaction.atomic():
        template = LibraryTemplate.objects.select_for_update().get(id=template_id)
        if template.enabled != enabled:
            template.enabled = enabled
            template.save(update_fields=["enabled"])
            audit.record(
                "library.enabled" if enabled else "library.disabled", template, actor=actor, now=now,
                before={"enabled": not enabled}, after={"enabled": enabled},
            )  # fmt: skip


def picture(template: LibraryTemplate) -> bytes:
    """The bytes of a template's picture."""
    return files.read(uuid.UUID(MASTER_ID), template.image)


def _store(accepted: Accepted) -> str:
    name = f"library/{uuid.uuid4().hex}.{ENDINGS[accepted.content_type]}"
    return files.store(uuid.UUID(MASTER_ID), name, accepted.bytes)
