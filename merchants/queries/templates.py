"""What a merchant may print on: its own templates, and the platform's library."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from kernel.errors import NotFound
from kernel.ids import uuid_or_none
from merchants.library.models import LibraryTemplate
from merchants.models import CouponTemplate

OWN, LIBRARY = "own", "library"


@dataclass(frozen=True)
class Design:
    """A template of either kind. `key` names it in a form: `own:<id>` or `library:<id>`."""

    kind: str
    id: uuid.UUID
    name: str
    category: str
    image: str
    content_type: str
    width: int
    height: int
    layout: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def is_own(self) -> bool:
        return self.kind == OWN


class NoSuchTemplate(NotFound):
    code = "no_such_template"


def list_own() -> QuerySet[CouponTemplate]:
    """The merchant's templates in use, newest first."""
    return CouponTemplate.objects.filter(archived_at=None).order_by("-created_at")


def list_archived() -> QuerySet[CouponTemplate]:
    return CouponTemplate.objects.exclude(archived_at=None).order_by("-archived_at")


def list_library(category: str = "") -> QuerySet[LibraryTemplate]:
    """Enabled templates of the platform, newest first."""
    found = LibraryTemplate.objects.filter(enabled=True).order_by("-created_at")
    return found.filter(category=category) if category else found


def list_designs(language: str) -> list[Design]:
    """Everything the batch form offers: the merchant's own first."""
    return [of_own(template) for template in list_own()] + [of_library(one, language) for one in list_library()]


def find_design(key: str, language: str = "en") -> Design:
    """One design by its key. Raises NoSuchTemplate, also for an archived or disabled one."""
    kind, _colon, text = key.partition(":")
    found_id = uuid_or_none(text)
    if found_id and kind == OWN and (own := list_own().filter(id=found_id).first()):
        return of_own(own)
    if found_id and kind == LIBRARY and (shared := list_library().filter(id=found_id).first()):
        return of_library(shared, language)
    raise NoSuchTemplate("")


def of_own(template: CouponTemplate) -> Design:
    return Design(
        OWN, template.id, template.name, "", template.image, template.content_type, template.width, template.height,
        template.layout,
    )  # fmt: skip


def of_library(template: LibraryTemplate, language: str) -> Design:
    return Design(
        LIBRARY, template.id, template.name_ar if language == "ar" else template.name_en, template.category,
        template.image, template.content_type, template.width, template.height, template.layout,
    )  # fmt: skip
