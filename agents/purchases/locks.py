"""The only place where this wing locks rows. Order: purchase, billing profile, merchant, bank (docs/locking.md)."""

from __future__ import annotations

import datetime as dt
import uuid

from agents.purchases.choices import State
from agents.purchases.errors import NoSuchPurchase
from agents.purchases.models import BillingProfile, Purchase


def purchase(purchase_id: uuid.UUID) -> Purchase:
    """A purchase's row, locked. Raises NoSuchPurchase."""
    try:
        return Purchase.objects.select_for_update(no_key=True).get(id=purchase_id)
    except Purchase.DoesNotExist as error:
        raise NoSuchPurchase from error


def next_waiting() -> Purchase | None:
    """The purchase that waits longest for the agent's wallet and that nobody works on, locked."""
    waiting = Purchase.objects.filter(state=State.PENDING_WALLET).order_by("paid_at", "id")
    return waiting.select_for_update(no_key=True, skip_locked=True).first()


def billing(now: dt.datetime) -> BillingProfile:
    """The site's billing profile, locked: the next number of a paper is the caller's alone."""
    BillingProfile.objects.get_or_create(only=True, defaults={"updated_at": now})
    return BillingProfile.objects.select_for_update(no_key=True).get(only=True)
