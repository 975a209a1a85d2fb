"""Which number a site sends from."""

from __future__ import annotations

from django.db.models import QuerySet

from messaging.meta.choices import SenderState
from messaging.meta.models import Sender
from tenants.walls import current_site


def mine() -> Sender | None:
    """The sender of the open site, whatever its state."""
    return Sender.objects.filter(site_id=current_site().id).first()


def is_on() -> bool:
    """Whether the open site has WhatsApp. A paused sender counts: its messages wait."""
    return Sender.objects.filter(site_id=current_site().id).exclude(state=SenderState.OFF).exists()


def list_senders() -> QuerySet[Sender]:
    """Every sender this wall shows: all on the console."""
    return Sender.objects.all()
