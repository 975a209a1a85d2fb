"""The only place of this wing that locks rows."""

from __future__ import annotations

import uuid

from credits.pricing.errors import UnknownItem
from credits.pricing.models import PriceItem


def item(item_id: uuid.UUID) -> PriceItem:
    """An item, locked: its prices are set one after the other. Raises UnknownItem."""
    found = PriceItem.objects.select_for_update().filter(id=item_id).first()
    if found is None:
        raise UnknownItem
    return found
