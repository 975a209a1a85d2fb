"""What beat starts on every site, and the news that this wing answers."""

from __future__ import annotations

import datetime as dt
import uuid

from celery import shared_task

from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import campaigning, mails, pausing, retracting, running
from messaging.consent.services import consent
from messaging.services import outcomes
from tenants.tasks import SiteTask

JOB = f"job.{campaigning.JOB}"


@shared_task(base=SiteTask, name="automations.run")
def run() -> None:
    """Open what is due, by each merchant's own clock. Safe at any time."""
    running.run(now=clock.now())


@handles(JOB)
def send_portion(event: OutboxEvent, now: dt.datetime) -> None:
    campaigning.send_portion(event, now=now)


@handles(pausing.GOES_ON)
def go_on(event: OutboxEvent, now: dt.datetime) -> None:
    running.run(now=now, only=uuid.UUID(event.payload["source_id"]))


@handles(pausing.PAUSED)
def tell_of_automation(event: OutboxEvent, now: dt.datetime) -> None:
    mails.paused(Automation.objects.get(id=event.payload["automation_id"]), now=now)


@handles(pausing.CAMPAIGN_PAUSED)
def tell_of_campaign(event: OutboxEvent, now: dt.datetime) -> None:
    mails.paused(Campaign.objects.get(id=event.payload["campaign_id"]), now=now)


@handles(outcomes.NOT_DRAWN_NEWS)
def pause_what_cannot_be_drawn(event: OutboxEvent, now: dt.datetime) -> None:
    pausing.after_not_drawn(uuid.UUID(event.payload["message_id"]), now=now)


@handles(retracting.OFF)
def take_back_what_was_called_off(event: OutboxEvent, now: dt.datetime) -> None:
    retracting.after_calling_off(uuid.UUID(event.payload["source_id"]), now=now)


@handles(consent.STOPPED)
def take_back_after_stop(event: OutboxEvent, now: dt.datetime) -> None:
    retracting.after_stop(uuid.UUID(event.payload["suppression_id"]), now=now)


@handles(consent.WITHDRAWN)
def take_back_after_withdrawal(event: OutboxEvent, now: dt.datetime) -> None:
    retracting.after_withdrawal(uuid.UUID(event.payload["optin_id"]), now=now)
