"""Campaigns under way: begun when their time comes, sent in portions, each an event of its own.

A job shows one day's part: what the daily cap leaves goes on by the next day's run, as a job of its own. A campaign is
done when nobody of its segment is left to write to, and nothing of it waits in the queue.
"""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from credits.errors import InsufficientCredits
from kernel.models import Job, OutboxEvent
from kernel.services import jobs, outbox
from merchants.models import Merchant
from messaging.automations import locks
from messaging.automations.choices import CampaignState, PauseReason
from messaging.automations.models import Campaign
from messaging.automations.queries import recipients
from messaging.automations.services import opening, pausing, standing
from messaging.automations.services.opening import Exhausted, Opened
from messaging.choices import State
from messaging.errors import WhatsAppOff
from messaging.models import Message
from messaging.services import allowance, queue
from tenants.walls import current_site

log = structlog.get_logger("couponry.automations")
JOB = "campaign.send"
PORTION = 200
_AT_WORK = (Job.State.QUEUED, Job.State.RUNNING)


def begin_due(*, now: dt.datetime, only: uuid.UUID | None = None) -> int:
    """Start the campaigns whose time has come, and today's part of those under way; how many. At level site.

    `only` this one, where it is one of them.
    """
    due = Campaign.objects.filter(
        state__in=[CampaignState.SCHEDULED, CampaignState.RUNNING], scheduled_at__lte=now,
        merchant__state=Merchant.State.ACTIVE, merchant__plan=Merchant.Plan.ANNUAL,
    ).order_by("scheduled_at")  # fmt: skip
    due = due.filter(id=only) if only else due
    return sum(_try(campaign_id, now) for campaign_id in due.values_list("id", flat=True))


def _try(campaign_id: uuid.UUID, now: dt.datetime) -> bool:
    try:
        return _begin(campaign_id, now)
    except Exception as error:  # whatever it was, the other campaigns have their turn
        log.error("campaign did not begin", campaign=str(campaign_id), exc_info=error)
        return False


def _begin(campaign_id: uuid.UUID, now: dt.datetime) -> bool:
    with transaction.atomic():
        campaign = locks.campaign(campaign_id)
        if campaign is None or campaign.state not in {CampaignState.SCHEDULED, CampaignState.RUNNING}:
            return False
        job = Job.objects.filter(id=campaign.job_id).first() if campaign.job_id else None
        if job and job.state == Job.State.CANCELLED:  # by a person, and it was not resumed since
            pausing.pause_campaign(campaign, PauseReason.BY_HAND, actor=opening.ACTOR, now=now)
        if job and job.state in {*_AT_WORK, Job.State.CANCELLED}:
            return False
        merchant, reason = campaign.merchant, standing.cannot(campaign, now)
        if reason:
            pausing.pause_campaign(campaign, reason, actor=opening.ACTOR, now=now)
            return False
        if standing.waits(campaign, now):
            return False
        found = recipients.count(_rows(campaign, merchant, now))
        left = found.will_get
        if campaign.started_at is None:
            campaign.started_at, campaign.total, campaign.left_out = now, left, found.left_out
        campaign.state = CampaignState.RUNNING
        campaign.save(update_fields=["state", "started_at", "total", "left_out"])
        if not left:
            _close(campaign, now)
            return False
        part = min(left, standing.room_today(campaign, merchant, now))
        if part:
            _start(campaign, part, now)
    return bool(part)


def _start(campaign: Campaign, part: int, now: dt.datetime) -> None:
    job = jobs.start(
        JOB, title=_("Sending “%(name)s”") % {"name": campaign.name}, site_id=current_site().id,
        merchant_id=campaign.merchant_id, actor_id=campaign.created_by, now=now, total=part,
        campaign_id=str(campaign.id),
    )  # fmt: skip
    campaign.job_id = job.id
    campaign.save(update_fields=["job_id"])


def send_portion(event: OutboxEvent, *, now: dt.datetime) -> None:
    """Write to the next ones, and queue the portion after. Safe to run twice, or by two workers at once."""
    job = Job.objects.get(id=event.payload["job_id"])
    campaign = Campaign.objects.select_related("merchant", "batch").get(id=job.params["campaign_id"])
    if job.state in {Job.State.DONE, Job.State.FAILED}:
        return
    if campaign.job_id != job.id:  # paused and resumed meanwhile: another job goes on
        jobs.cancelled(job, now=now)
        return
    if job.cancel_requested:
        pausing.pause_campaign(campaign, PauseReason.BY_HAND, actor=opening.ACTOR, now=now)
        if job.is_over:
            return  # it was stopped before it began
    after = event.payload.get("after")
    sent, last, more = 0, None, False
    if _can_go_on(campaign, now):
        sent, last, more = _portion(campaign, uuid.UUID(after) if after else None, now)
    if sent:
        queue.wake(now=now)
    if more and last:
        with transaction.atomic():
            jobs.progress(job, done=min(job.total, job.done + sent), step=_("Queueing messages"), now=now)
            outbox.emit(event.topic, site_id=event.site_id, now=now, job_id=str(job.id), after=str(last))
        return
    _end(campaign, job, now)


def _can_go_on(campaign: Campaign, now: dt.datetime) -> bool:
    """Asked before each portion: the number may rest by now, or the text be lost."""
    reason = standing.cannot(campaign, now)
    if reason:
        pausing.pause_campaign(campaign, reason, actor=opening.ACTOR, now=now)
    return reason is None and allowance.is_sending(now=now) and not standing.waits(campaign, now)


def _portion(campaign: Campaign, after: uuid.UUID | None, now: dt.datetime) -> tuple[int, uuid.UUID | None, bool]:
    """(how many were written to, the last row looked at, whether there may be more)."""
    rows = _rows(campaign, campaign.merchant, now)
    limit = min(PORTION, standing.room_today(campaign, campaign.merchant, now))
    portion = recipients.list_due(rows, limit=limit, after=after)
    sent = 0
    for due in portion:
        try:
            what = opening.open_for(campaign, campaign.merchant, due, now=now)
        except InsufficientCredits:
            pausing.pause_campaign(campaign, PauseReason.NO_CREDITS, actor=opening.ACTOR, now=now)
            return sent, due.row_id, False
        except Exhausted:
            pausing.pause_campaign(campaign, PauseReason.NO_COUPONS, actor=opening.ACTOR, now=now)
            return sent, due.row_id, False
        except WhatsAppOff:
            return sent, due.row_id, False
        if what == Opened.FULL:
            return sent, due.row_id, False
        sent += what == Opened.SENT
    return sent, portion[-1].row_id if portion else None, len(portion) == PORTION


def _end(campaign: Campaign, job: Job, now: dt.datetime) -> None:
    """End the day's job; and the campaign, where nobody is left."""
    with transaction.atomic():
        fresh = locks.campaign(campaign.id)
        assert fresh is not None
        if job.cancel_requested:
            jobs.cancelled(job, now=now)
        else:
            jobs.finish(job, now=now)
        if fresh.state != CampaignState.RUNNING or standing.waits(fresh, now):
            return
        if not recipients.due(_rows(fresh, fresh.merchant, now)).exists():
            _close(fresh, now)


def _close(campaign: Campaign, now: dt.datetime) -> None:
    """Everybody has it. It is done, unless messages wait to be sent: those may come back. The caller holds the lock."""
    campaign.reached_at = campaign.reached_at or now
    waiting = Message.objects.filter(automation_id=campaign.id, state__in=[State.QUEUED, State.SENDING])
    if not waiting.exists():
        campaign.state, campaign.finished_at = CampaignState.DONE, now
    campaign.save(update_fields=["state", "finished_at", "reached_at"])


def _rows(campaign: Campaign, merchant: Merchant, now: dt.datetime) -> recipients.Rows:
    rows = recipients.still_meant(recipients.segment(campaign, merchant, campaign.wanted, now=now), campaign)
    return recipients.judged(rows, campaign, batch=campaign.batch, sends_to=allowance.countries())
