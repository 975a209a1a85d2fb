"""The only place of this wing that locks rows. Order: account, sender, template, arrival."""

from __future__ import annotations

import datetime as dt
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


def late_arrivals(site_id: uuid.UUID, before: dt.datetime) -> list[Arrival]:
    """Up to 500 of a site that came before then, wait to be handled, and nobody works on: those that were tried least
    first, so that what can never be handled keeps nothing else waiting. Without what they say."""
    waiting = Arrival.objects.select_for_update(skip_locked=True).filter(
        site_id=site_id, handled_at__isnull=True, received_at__lt=before
    )
    return list(waiting.defer("payload_sealed").order_by("attempts", "received_at")[:500])


def templates_of(meta_id: str) -> list[MessageTemplate]:
    """The text that Meta knows by this id, if any."""
    return list(MessageTemplate.objects.filter(meta_id=meta_id).exclude(meta_id="").select_for_update())
