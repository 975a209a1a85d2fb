"""Texts that Meta approves: resting one, and using it again."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction

from messaging.meta import locks
from messaging.meta.choices import TemplateStatus

log = structlog.get_logger("couponry.whatsapp")


def pause(template_id: uuid.UUID, reason: str, now: dt.datetime) -> None:
    """Nothing goes out with this text until Meta says that it may. Raises MessageTemplate.DoesNotExist."""
    with transaction.atomic():
        row = locks.template(template_id)
        if row.status != TemplateStatus.APPROVED:
            return
        row.status, row.reason, row.changed_at = TemplateStatus.PAUSED, reason[:300], now
        row.save(update_fields=["status", "reason", "changed_at"])
    log.warning("template paused", template_id=str(template_id))
