"""History of one object, and the trail of a site or a merchant."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from accounts.models import AuditEvent


def list_history(*object_ids: uuid.UUID, limit: int = 50) -> list[AuditEvent]:
    """The newest `limit` events of one object, or of several that stand on one page."""
    return list(AuditEvent.objects.filter(object_id__in=object_ids).order_by("-at")[:limit])


def list_events() -> QuerySet[AuditEvent]:
    """All events the wall lets through, newest first."""
    return AuditEvent.objects.order_by("-at")
