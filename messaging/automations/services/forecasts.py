"""How many days it takes until everybody has it: by its own cap, and by WhatsApp's limit. At level site."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kernel import clock
from merchants.models import Merchant
from messaging.automations.choices import CampaignState
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import standing
from messaging.services import allowance


@dataclass(frozen=True, slots=True)
class Forecast:
    """About `a_day` people in a day, the last of them on `until`. `by_whatsapp`: its limit says so, and not the cap."""

    a_day: int
    until: dt.date
    by_whatsapp: bool


def of_campaign(campaign: Campaign, merchant: Merchant, people: int, *, now: dt.datetime) -> Forecast | None:
    """Of one to whom `people` are still to be written; None: they all get it on one day."""
    begins = now if campaign.state == CampaignState.RUNNING else max(campaign.scheduled_at or now, now)
    return spread(campaign, merchant, people, clock.local_date(begins, merchant.time_zone), now=now)


def spread(
    source: Automation | Campaign, merchant: Merchant, people: int, begins: dt.date, *, now: dt.datetime
) -> Forecast | None:
    """Of `people` who are all due on the day `begins`; None: they all get it on that day."""
    share = allowance.a_day(merchant.id, now=now)
    a_day = source.daily_cap if share is None else min(source.daily_cap, share)
    today = begins == clock.local_date(now, merchant.time_zone)
    later = people - (standing.room_today(source, merchant, now) if today else a_day)
    if later <= 0:
        return None
    return Forecast(a_day, begins + dt.timedelta(days=-(-later // a_day)), by_whatsapp=a_day < source.daily_cap)
