"""Opening wallets."""

from __future__ import annotations

import datetime as dt
import uuid

from credits.choices import CreditUnit, OwnerType
from credits.services import bank

_OPEN = "SELECT bank_open_account(%s, %s, %s, %s, %s)"
_OPEN_THREE = "SELECT unit, bank_open_account(%s, unit, %s, %s, %s) FROM unnest(%s::text[]) AS unit"


def open_for_merchant(
    *, merchant_id: uuid.UUID, now: dt.datetime, site_id: uuid.UUID | None = None
) -> dict[str, uuid.UUID]:
    """Open a merchant's three credit wallets and return their ids by unit. Safe to repeat."""
    with bank.at_the_bank(site_id=site_id, merchant_id=merchant_id) as site:
        rows = bank.call(_OPEN_THREE, [site, OwnerType.MERCHANT, merchant_id, now, CreditUnit.values])
    return dict(rows)


def open_for_agent(
    *, agent_id: uuid.UUID, currency: str, now: dt.datetime, site_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Open an agent's prepaid wallet in `currency` and return its id. Safe to repeat."""
    with bank.at_the_bank(site_id=site_id) as site:
        ((account_id,),) = bank.call(_OPEN, [site, currency, OwnerType.AGENT, agent_id, now])
    return uuid.UUID(str(account_id))
