"""How many days it takes until everybody has it: by its own cap, and by WhatsApp's limit. At level site."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kernel import clock
from merchants.models import Merchant
from messaging.automations.choices import CampaignState
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import sending
from messaging.services import allowance


@dataclass(frozen=True, slots=True)
class Forecast:
    """About `a_day` people in a day, the last of them on `until`. `by_whatsapp`: its limit says so, and not the cap."""

    a_day: int
    until: dt.date
    by_whatsapp: bool


def of_campaign(campaign: Campaign, merchant: Merchant, people: int, *, now: dt.datetime) -> Forecast | None:
    """Of one to whom `people` are still to be written; None: they all get it on one day."""
    if campaign.state == CampaignState.RUNNING:
        first = sending.room_today(campaign, merchant, now)
        return _spread(campaign.daily_cap, merchant, people, first, clock.local_date(now, merchant.time_zone), now=now)
    begins = max(campaign.scheduled_at or now, now)
    return _spread(campaign.daily_cap, merchant, people, None, clock.local_date(begins, merchant.time_zone), now=now)


def of_automation(
    automation: Automation, merchant: Merchant, people: int, begins: dt.date, *, now: dt.datetime
) -> Forecast | None:
    """Of `people` who are all due on the day `begins`; None: they all get it on that day."""
    return _spread(automation.daily_cap, merchant, people, None, begins, now=now)


def _spread(
    cap: int, merchant: Merchant, people: int, first: int | None, begins: dt.date, *, now: dt.datetime
) -> Forecast | None:
    """`first`: how many may still be written to on the first day, where that is not a whole one."""
    share = allowance.a_day(merchant.id, now=now)
    a_day = cap if share is None else min(cap, share)
    later = people - (a_day if first is None else first)
    if later <= 0:
        return None
    return Forecast(a_day, begins + dt.timedelta(days=-(-later // a_day)), by_whatsapp=a_day < cap)
