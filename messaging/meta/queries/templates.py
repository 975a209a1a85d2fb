"""Which approved text is used."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from messaging.meta.choices import LOST, TemplateStatus
from messaging.meta.models import MessageTemplate
from tenants.walls import current_site


def list_usable() -> QuerySet[MessageTemplate]:
    """Every approved template of the open site."""
    return MessageTemplate.objects.filter(site_id=current_site().id, status=TemplateStatus.APPROVED)


def statuses(purpose: str) -> set[str]:
    """How the open site's texts for `purpose` stand, in whichever language."""
    found = MessageTemplate.objects.filter(site_id=current_site().id, purpose=purpose)
    return set(found.values_list("status", flat=True))


def list_templates() -> QuerySet[MessageTemplate]:
    """Every template this wall shows: all on the console."""
    return MessageTemplate.objects.all()


def list_lost(site_id: uuid.UUID) -> QuerySet[MessageTemplate]:
    """A site's texts that cannot be sent until somebody does something about it."""
    return MessageTemplate.objects.filter(site_id=site_id, status__in=LOST).order_by("purpose", "language")


def lost_by_site() -> dict[uuid.UUID, int]:
    """How many such texts each site has."""
    lost = MessageTemplate.objects.filter(status__in=LOST).order_by()
    return dict(lost.values_list("site_id").annotate(Count("id")))


def usable_by_site(site_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many texts of each site may be sent."""
    usable = MessageTemplate.objects.filter(site_id__in=list(site_ids), status=TemplateStatus.APPROVED)
    return dict(usable.values_list("site_id").annotate(Count("id")))
