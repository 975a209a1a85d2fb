"""The only place of this wing that locks.

Order: merchant, automation or campaign, then message, customer, coupon, bank.
"""

from __future__ import annotations

import uuid

from messaging.automations.models import Automation, Campaign


def automation(merchant_id: uuid.UUID, kind: str) -> Automation | None:
    """The merchant's automation of a kind, locked; None where there is none yet."""
    rows = Automation.objects.select_for_update(no_key=True)
    return rows.filter(merchant_id=merchant_id, kind=kind).first()


def campaign(campaign_id: uuid.UUID) -> Campaign | None:
    """A campaign's row, locked."""
    return Campaign.objects.select_for_update(no_key=True).filter(id=campaign_id).first()
