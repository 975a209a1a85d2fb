"""What the merchant's pages of automations show. Level merchant."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from kernel.errors import NotFound
from kernel.models import Job
from messaging.automations.choices import Kind
from messaging.automations.models import Automation, Campaign


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


def get_campaign(campaign_id: uuid.UUID) -> Campaign:
    """Raises NotFound."""
    found = list_campaigns().filter(id=campaign_id).first()
    if found is None:
        raise NotFound("")
    return found
