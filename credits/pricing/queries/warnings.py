"""What the platform should know before it sells at these prices."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from credits.pricing.choices import ItemKind
from credits.pricing.queries.book import Offer, offers
from credits.pricing.queries.history import list_current

# Meta bills a business-initiated message at many times the price of an answer; the book keeps this distance.
BI_TIMES_UI = 10
_COMPARED = (ItemKind.UI_PACK, ItemKind.BI_PACK)


@dataclass(frozen=True, slots=True)
class CheapBi:
    """A BI package whose cost per credit is below ten times that of `ui`, the dearest UI package."""

    bi: Offer
    ui: Offer

    @property
    def least_cost(self) -> int:
        """The cost in minor units from which there is nothing to warn of."""
        return -(-BI_TIMES_UI * self.ui.cost * self.bi.wa_bi // self.ui.wa_ui)


def cheap_bi(
    *,
    country: str,
    currency: str,
    now: dt.datetime,
    agent_id: uuid.UUID | None = None,
    proposed: Offer | None = None,
) -> list[CheapBi]:
    """The BI packages that cost too little beside the UI packages in this scope at `now`, were `proposed` in force."""
    found = offers(country=country, currency=currency, agent_id=agent_id, now=now, kinds=_COMPARED)
    if proposed is not None:
        found = [offer for offer in found if offer.item_id != proposed.item_id] + [proposed]
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


def everywhere(now: dt.datetime) -> list[CheapBi]:
    """The same in every scope that has a price of its own for a UI or BI package, each package once a scope."""
    lines = list_current(now).filter(item__kind__in=_COMPARED, item__enabled=True)
    scopes = lines.order_by("currency", "country", "agent_id").values_list("currency", "country", "agent_id").distinct()
    found = {
        (cheap.bi.price_id, cheap.ui.price_id): cheap
        for currency, country, agent_id in scopes
        for cheap in cheap_bi(country=country, currency=currency, agent_id=agent_id, now=now)
    }
    return list(found.values())
