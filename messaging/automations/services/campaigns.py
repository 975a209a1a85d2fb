"""A merchant's campaigns: drafted, scheduled, cancelled."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import Conflict, NotFound
from kernel.ids import uuid7
from merchants import tags as words
from merchants import words as offers
from merchants.models import Batch, Merchant
from merchants.services.tags import Renaming
from messaging.automations import locks
from messaging.automations.choices import OPEN, CampaignState, PauseReason
from messaging.automations.models import Campaign
from messaging.automations.segments import Segment
from messaging.automations.services import pausing, retracting, wordings
from messaging.automations.services.switching import BadSetting, must_be_annual, usable_batches
from messaging.choices import Trigger

BEGINS, LONGEST_NAME = "scheduled_at", 80
COPIED = ("segment", "batch_id", "purpose", "daily_cap", "quiet_from", "quiet_to")


class WrongState(Conflict):
    code = "wrong_state"


@dataclass(frozen=True)
class Plan:
    """What the form says."""

    name: str
    segment: Segment
    batch_id: uuid.UUID
    scheduled_at: dt.datetime | None
    daily_cap: int = 2000
    quiet_from: int = 21
    quiet_to: int = 9
    purpose: str = ""


def save(
    *, merchant: Merchant, plan: Plan, actor: Actor, now: dt.datetime, campaign_id: uuid.UUID | None = None
) -> Campaign:
    """Write a draft, or change one that has not begun. Raises NotAllowed, NotForTemporary, BadSetting, WrongState."""
    must(actor, "automation.manage", merchant)
    must_be_annual(merchant)
    batch = usable_batches(merchant.id, now=now).filter(id=plan.batch_id).first()
    if batch is None:
        raise BadSetting(_("Choose one of your own batches that still has coupons."), field="batch")
    for batch_id in filter(None, (plan.segment.claimed, plan.segment.redeemed)):
        if not Batch.objects.filter(id=batch_id, merchant_id=merchant.id).exists():
            raise BadSetting(_("Choose one of your own batches."), field="claimed")
    _must_be_ahead(plan.scheduled_at, now)
    _must_begin_within(batch, plan.scheduled_at, merchant)
    with transaction.atomic():
        campaign = _editable(campaign_id, merchant)
        campaign = campaign or Campaign(id=uuid7(), merchant=merchant, created_at=now, created_by=actor.id)
        wordings.must_be_one_of(Trigger.CAMPAIGN, plan.purpose, kept=campaign.purpose)
        campaign.purpose = plan.purpose
        campaign.name, campaign.segment, campaign.batch_id = plan.name, plan.segment.to_json(), plan.batch_id
        campaign.scheduled_at = plan.scheduled_at if campaign.state == CampaignState.DRAFT else campaign.scheduled_at
        campaign.daily_cap, campaign.quiet_from, campaign.quiet_to = plan.daily_cap, plan.quiet_from, plan.quiet_to
        campaign.save()
        audit.record("campaign.edited", campaign, actor=actor, now=now, after={"name": campaign.name})
    return campaign


def _editable(campaign_id: uuid.UUID | None, merchant: Merchant) -> Campaign | None:
    if campaign_id is None:
        return None
    campaign = _own(campaign_id, merchant)
    if campaign.state != CampaignState.DRAFT:
        raise WrongState(_("Only a draft can be changed."))
    return campaign


def _must_be_ahead(begins: dt.datetime | None, now: dt.datetime) -> None:
    """What is typed has no seconds: this minute is not over yet. Raises BadSetting."""
    if begins and begins < now.replace(second=0, microsecond=0):
        raise BadSetting(_("This time has passed already. Choose a later one, or none to begin at once."), field=BEGINS)


def _must_begin_within(batch: Batch, begins: dt.datetime | None, merchant: Merchant) -> None:
    """Once the batch has ended it gives no coupon, so nobody would be written to. Raises BadSetting."""
    if begins and begins >= batch.claim_until:
        until = date_format(offers.last_day(batch.claim_until, merchant.time_zone), "j F Y")
        raise BadSetting(
            _("The batch gives coupons until %(day)s. Choose an earlier time, or another batch.") % {"day": until},
            field=BEGINS,
        )


def _own(campaign_id: uuid.UUID, merchant: Merchant) -> Campaign:
    """The merchant's campaign, locked. Raises NotFound."""
    campaign = locks.campaign(campaign_id)
    if campaign is None or campaign.merchant_id != merchant.id:
        raise NotFound("")
    return campaign


def schedule(*, merchant: Merchant, campaign_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Campaign:
    """Let a draft begin at its time, or at once where none is set.

    Raises NotAllowed, NotFound, WrongState, BadSetting where its time has passed or its batch ends before that.
    """
    must(actor, "automation.manage", merchant)
    must_be_annual(merchant)
    with transaction.atomic():
        campaign = _own(campaign_id, merchant)
        if campaign.state != CampaignState.DRAFT:
            raise WrongState(_("Only a draft can be scheduled."))
        _must_be_ahead(campaign.scheduled_at, now)
        _must_begin_within(campaign.batch, campaign.scheduled_at, merchant)
        campaign.scheduled_at = campaign.scheduled_at or now
        campaign.state = CampaignState.SCHEDULED
        campaign.save(update_fields=["scheduled_at", "state"])
        audit.record("campaign.scheduled", campaign, actor=actor, now=now, after={"at": campaign.scheduled_at})
        pausing.let_go_on(campaign.id, now=now, at=campaign.scheduled_at)
    return campaign


def unschedule(*, merchant: Merchant, campaign_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Campaign:
    """Make a draft again of one that has not begun. Raises NotAllowed, NotFound, WrongState."""
    must(actor, "automation.manage", merchant)
    with transaction.atomic():
        campaign = _own(campaign_id, merchant)
        if campaign.started_at or campaign.state not in OPEN:
            raise WrongState(_("It has begun already, or is over."))
        campaign.state, campaign.pause_reason = CampaignState.DRAFT, PauseReason.NONE
        campaign.save(update_fields=["state", "pause_reason"])
        audit.record("campaign.unscheduled", campaign, actor=actor, now=now)
    return campaign


def copy(*, merchant: Merchant, campaign_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Campaign:
    """A new draft with everything of another campaign but its time. Raises NotAllowed, NotForTemporary, NotFound."""
    must(actor, "automation.manage", merchant)
    must_be_annual(merchant)
    with transaction.atomic():
        of = _own(campaign_id, merchant)
        made = Campaign.objects.create(
            id=uuid7(), merchant=merchant, created_at=now, created_by=actor.id,
            name=(_("Copy of %(name)s") % {"name": of.name})[:LONGEST_NAME],
            **{name: getattr(of, name) for name in COPIED},
        )  # fmt: skip
        audit.record("campaign.edited", made, actor=actor, now=now, after={"name": made.name, "copied": str(of.id)})
    return made


def cancel(*, merchant: Merchant, campaign_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Campaign:
    """End a campaign; what waits in the queue is taken back. Raises NotAllowed, NotFound, WrongState."""
    must(actor, "automation.manage", merchant)
    with transaction.atomic():
        campaign = _own(campaign_id, merchant)
        if campaign.state not in {CampaignState.DRAFT, *OPEN}:
            raise WrongState(_("It is over already."))
        campaign.state, campaign.pause_reason, campaign.finished_at = CampaignState.CANCELLED, PauseReason.NONE, now
        campaign.save(update_fields=["state", "pause_reason", "finished_at"])
        audit.record("campaign.cancelled", campaign, actor=actor, now=now)
        retracting.call_off(campaign.id, now=now)
    return campaign


def follow_renaming(told: Renaming) -> None:
    """Have campaigns that are not over go to a renamed tag under its new name. Part of the renaming's transaction."""
    for campaign in locks.campaigns_with_tags(told.merchant.id):
        wanted = campaign.wanted
        if told.key not in wanted.tag_keys:
            continue
        tags = [told.name if words.key(tag) == told.key else tag for tag in wanted.tags]
        campaign.segment = Segment.parse(replace(wanted, tags=tuple(tags)).to_json()).to_json()
        campaign.save(update_fields=["segment"])
        audit.record(
            "campaign.edited", campaign, actor=told.actor, now=told.now, before={"tags": list(wanted.tags)},
            after={"tags": campaign.segment["tags"]},
        )  # fmt: skip
