"""The only place of this wing that locks rows. Order: account, sender, template, arrival."""

from __future__ import annotations

import uuid

from messaging.meta.models import Arrival, MessageTemplate, MetaAccount, Sender


def account() -> MetaAccount | None:
    """The account's row, locked."""
    return MetaAccount.objects.select_for_update().first()


def sender(sender_id: uuid.UUID) -> Sender:
    """Raises Sender.DoesNotExist."""
    return Sender.objects.select_for_update().get(id=sender_id)


def template(template_id: uuid.UUID) -> MessageTemplate:
    """Raises MessageTemplate.DoesNotExist."""
    return MessageTemplate.objects.select_for_update().get(id=template_id)


def arrival(arrival_id: uuid.UUID) -> Arrival | None:
    """What still waits to be handled; None where another worker has it or had it."""
    waiting = Arrival.objects.select_for_update(skip_locked=True)
    return waiting.filter(id=arrival_id, handled_at__isnull=True).first()
