"""What the platform should know before it sells at these prices."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from credits.pricing.choices import ItemKind
from credits.pricing.queries.book import Offer, offers

# Meta bills a business-initiated message at many times the price of an answer; the book keeps this distance.
BI_TIMES_UI = 10


@dataclass(frozen=True, slots=True)
class CheapBi:
    """A BI package whose cost per credit is below ten times that of `ui`, the dearest UI package."""

    bi: Offer
    ui: Offer

    @property
    def least_cost(self) -> int:
        """The cost in minor units from which there is nothing to warn of."""
        return -(-BI_TIMES_UI * self.ui.cost * self.bi.wa_bi // self.ui.wa_ui)


def cheap_bi(*, country: str, currency: str, now: dt.datetime, agent_id: uuid.UUID | None = None) -> list[CheapBi]:
    """The BI packages that cost too little beside the UI packages in this scope at `now`."""
    kinds = (ItemKind.UI_PACK, ItemKind.BI_PACK)
    found = offers(country=country, currency=currency, agent_id=agent_id, now=now, kinds=kinds)
    packs = [offer for offer in found if offer.kind == ItemKind.UI_PACK and offer.wa_ui]
    if not packs:
        return []
    dearest = packs[0]
    for pack in packs[1:]:  # compared crosswise: costs per credit are fractions of a minor unit
        if pack.cost * dearest.wa_ui > dearest.cost * pack.wa_ui:
            dearest = pack
    return [
        CheapBi(offer, dearest)
        for offer in found
        if offer.kind == ItemKind.BI_PACK
        and offer.wa_bi
        and offer.cost * dearest.wa_ui < BI_TIMES_UI * dearest.cost * offer.wa_bi
    ]
