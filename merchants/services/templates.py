"""A merchant's own coupon templates, and the snapshot of a template that a batch keeps."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import DomainError, NotFound
from merchants import locks
from merchants.library.models import LibraryTemplate
from merchants.models import CouponTemplate
from merchants.paper.defaults import default_layout, legible
from merchants.paper.layout import Layout
from merchants.queries.templates import Design
from merchants.services import pictures
from tenants.models import Site
from tenants.walls import current_site


class NameNeeded(DomainError):
    code = "name_needed"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("Give the template a name of at most 80 characters."), field="name")


def upload(
    *, name: str, data: bytes, actor: Actor, now: dt.datetime, layout: Any = None, language: str = "en"
) -> CouponTemplate:
    """Make a template of an uploaded picture; without a layout the usual places are taken.

    Raises NotAllowed, NameNeeded, ImageRefused, LayoutRefused.
    """
    must(actor, "template.manage")
    assert actor.merchant_id is not None
    name = _checked(name)
    given = Layout.from_json(layout).check() if layout else None
    image, accepted = pictures.keep(current_site(), actor.merchant_id, "templates", data)
    placed = given or legible(default_layout(accepted.width, accepted.height, lang=language), accepted.bytes)
    with transaction.atomic():
        template = CouponTemplate.objects.create(
            merchant_id=actor.merchant_id, name=name, image=image, content_type=accepted.content_type,
            width=accepted.width, height=accepted.height, layout=placed.to_json(), created_at=now,
        )  # fmt: skip
        audit.record("template.upload", template, actor=actor, now=now, after={"name": name})
    return template


def edit(
    *, template_id: uuid.UUID, actor: Actor, now: dt.datetime, name: str | None = None, layout: Any = None,
    data: bytes = b"",
) -> CouponTemplate:  # fmt: skip
    """Rename a template, place its fields anew, or give it another picture. Batches made before keep their face.

    Raises NotAllowed, NotFound, NameNeeded, ImageRefused, LayoutRefused.
    """
    must(actor, "template.manage")
    placed = Layout.from_json(layout).check().to_json() if layout else None
    picture = (
        pictures.keep(current_site(), actor.merchant_id, "templates", data) if data and actor.merchant_id else None
    )
    with transaction.atomic():
        template = locks.template(template_id)
        before = {"name": template.name, "layout": template.layout, "image": template.image}
        template.name = template.name if name is None else _checked(name)
        template.layout = placed or template.layout
        if picture:
            template.image, accepted = picture
            template.content_type, template.width, template.height = (
                accepted.content_type, accepted.width, accepted.height,
            )  # fmt: skip
        template.save(update_fields=["name", "layout", "image", "content_type", "width", "height"])
        after = {"name": template.name, "layout": template.layout, "image": template.image}
        audit.record(
            "template.edit", template, actor=actor, now=now,
            before={"name": before["name"]}, after={"name": after["name"]},
            reason=_("picture or places changed") if (before["layout"], before["image"]) != (
                after["layout"], after["image"]) else "",
        )  # fmt: skip
    return template


def archive(*, template_id: uuid.UUID, actor: Actor, now: dt.datetime) -> CouponTemplate:
    """Take a template out of the picker. Batches made with it keep their face."""
    return _put_away(template_id, now, "template.archive", actor, now)


def restore(*, template_id: uuid.UUID, actor: Actor, now: dt.datetime) -> CouponTemplate:
    """Put an archived template back into the picker."""
    return _put_away(template_id, None, "template.restore", actor, now)


def _put_away(
    template_id: uuid.UUID, archived_at: dt.datetime | None, verb: str, actor: Actor, now: dt.datetime
) -> CouponTemplate:
    must(actor, "template.manage")
    with transaction.atomic():
        template = locks.template(template_id)
        if (template.archived_at is None) != (archived_at is None):
            template.archived_at = archived_at
            template.save(update_fields=["archived_at"])
            audit.record(verb, template, actor=actor, now=now)
    return template


def face_of(design: Design, site: Site) -> dict[str, Any]:
    """The snapshot a batch keeps of its template. Raises LayoutRefused for a layout that cannot be printed."""
    layout = Layout.from_json(design.layout).check()
    image = design.image
    if not design.is_own:
        image = pictures.keep_library(site, LibraryTemplate.objects.get(id=design.id))
    return {
        "image": image, "content_type": design.content_type, "width": design.width, "height": design.height,
        "layout": layout.to_json(), "template": design.key,
    }  # fmt: skip


def _checked(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 80:
        raise NameNeeded()
    return cleaned


def get(template_id: uuid.UUID) -> CouponTemplate:
    """One template of the merchant, archived ones too. Raises NotFound."""
    found = CouponTemplate.objects.filter(id=template_id).first()
    if found is None:
        raise NotFound(_("There is no such template."))
    return found
