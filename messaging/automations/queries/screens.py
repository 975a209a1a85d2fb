"""What the merchant's pages of automations show. Level merchant."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet

from kernel.errors import NotFound
from kernel.models import Job
from messaging import quiet
from messaging.automations.choices import CampaignState, Kind
from messaging.automations.models import Automation, Campaign
from messaging.choices import State
from messaging.models import Message

_GOES_ON = {CampaignState.DRAFT, CampaignState.SCHEDULED, CampaignState.RUNNING}


def list_automations() -> dict[str, Automation]:
    """What was ever set, by kind."""
    return {row.kind: row for row in Automation.objects.select_related("batch")}


def get_automation(kind: str) -> Automation:
    """Raises NotFound for one that was never set."""
    found = Automation.objects.select_related("batch").filter(kind=Kind(kind)).first()
    if found is None:
        raise NotFound("")
    return found


def list_campaigns() -> QuerySet[Campaign]:
    """The merchant's campaigns, each with its batch and merchant."""
    return Campaign.objects.select_related("batch", "merchant")


def is_at_work(campaign: Campaign) -> bool:
    """Whether a job of it is queueing messages just now, or is about to."""
    job = Job.objects.filter(id=campaign.job_id).first() if campaign.job_id else None
    return job is not None and not job.is_over


def quiet_until(campaign: Campaign, *, now: dt.datetime) -> dt.time | None:
    """From when its messages go out, by the clock where the customer is, where it begins in the quiet hours, or what it
    has queued waits for their end. Before it begins the merchant's clock stands for the customers'."""
    if campaign.state not in _GOES_ON:
        return None
    moment, zones = max(now, campaign.scheduled_at or now), {campaign.merchant.time_zone}
    if campaign.started_at:
        waiting = Message.objects.filter(automation_id=campaign.id, state=State.QUEUED).exclude(quiet_zone="")
        moment, zones = now, set(waiting.order_by().values_list("quiet_zone", flat=True).distinct())
    hours = [quiet.Hours(zone, campaign.quiet_from, campaign.quiet_to) for zone in zones]
    return dt.time(campaign.quiet_to) if any(one.next_allowed(moment) > moment for one in hours) else None


def get_campaign(campaign_id: uuid.UUID) -> Campaign:
    """Raises NotFound."""
    found = list_campaigns().filter(id=campaign_id).first()
    if found is None:
        raise NotFound("")
    return found
