"""Whether WhatsApp is on: for the site, and for a merchant."""

from __future__ import annotations

import uuid

from messaging.meta.queries import senders
from messaging.models import Switches
from tenants.walls import current_site, wall


def is_on_for_merchants() -> bool:
    """Whether the site sends by WhatsApp. A merchant has no right to the sender itself: level site is opened for it."""
    with wall(current_site(), "site"):
        return senders.is_on()


def switch_of(merchant_id: uuid.UUID) -> bool:
    """Whether a merchant has delivery on claim switched on."""
    return not Switches.objects.filter(merchant_id=merchant_id, delivery=False).exists()
