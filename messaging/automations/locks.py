"""Where this wing locks rows; the updates that count a day, that pause and that close
a festival do it by themselves (docs/locking.md).

Order: merchant, automation or campaign, then message, customer, coupon, bank.
"""

from __future__ import annotations

import uuid

from messaging.automations.choices import OPEN, CampaignState
from messaging.automations.models import Automation, Campaign


def automation(merchant_id: uuid.UUID, kind: str) -> Automation | None:
    """The merchant's automation of a kind, locked; None where there is none yet."""
    rows = Automation.objects.select_for_update(no_key=True)
    return rows.filter(merchant_id=merchant_id, kind=kind).first()


def campaign(campaign_id: uuid.UUID) -> Campaign | None:
    """A campaign's row, locked."""
    return Campaign.objects.select_for_update(no_key=True).filter(id=campaign_id).first()


def campaigns_with_tags(merchant_id: uuid.UUID) -> list[Campaign]:
    """The merchant's campaigns that are not over and go to somebody's tags, locked in order of id."""
    rows = Campaign.objects.filter(
        merchant_id=merchant_id, state__in=[CampaignState.DRAFT, *OPEN], segment__has_key="tags"
    )
    return list(rows.order_by("id").select_for_update(no_key=True))
