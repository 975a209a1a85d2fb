"""Reading the library as the console keeps it."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from merchants.library.models import LibraryTemplate


def list_all() -> QuerySet[LibraryTemplate]:
    """Every template, disabled ones included."""
    return LibraryTemplate.objects.all()


def get(template_id: uuid.UUID) -> LibraryTemplate | None:
    """One template."""
    return LibraryTemplate.objects.filter(id=template_id).first()
