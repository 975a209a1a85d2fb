"""Pausing what cannot go on, saying so, and going on again."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must, system
from accounts.services import audit
from credits.choices import CreditUnit
from credits.queries import balances
from kernel.errors import Conflict
from kernel.services import outbox
from messaging.automations.choices import CampaignState, PauseReason, State
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import standing
from messaging.choices import NOT_DRAWN, Trigger
from messaging.meta.queries import templates
from messaging.models import Message
from messaging.services import queue
from tenants.walls import current_site

PAUSED = "automation.paused"
CAMPAIGN_PAUSED = "campaign.paused"
GOES_ON = "automation.goes_on"
BACK = system("automations")


class CannotPause(Conflict):
    code = "cannot_pause"


def pause(automation: Automation, reason: PauseReason, *, actor: Actor, now: dt.datetime) -> bool:
    """Stop an automation that is on; False: it was not. Unless a person did it, the merchant is told by mail."""
    with transaction.atomic():
        rows = Automation.objects.filter(id=automation.id, state=State.ON)
        if not rows.update(state=State.PAUSED, pause_reason=reason):
            return False
        audit.record("automation.paused", automation, actor=actor, now=now, after={"reason": str(reason)})
        if reason != PauseReason.BY_HAND:
            outbox.emit(PAUSED, site_id=current_site().id, now=now, automation_id=str(automation.id))
    return True


def pause_campaign(campaign: Campaign, reason: PauseReason, *, actor: Actor, now: dt.datetime) -> bool:
    """Stop a campaign that runs or is to run; False: it was not. One that is done comes back where messages of it
    could not be drawn: those are still to be sent."""
    stopped = [CampaignState.SCHEDULED, CampaignState.RUNNING]
    stopped += [CampaignState.DONE] if reason == PauseReason.NOT_DRAWN else []
    with transaction.atomic():
        rows = Campaign.objects.filter(id=campaign.id, state__in=stopped)
        if not rows.update(state=CampaignState.PAUSED, pause_reason=reason, finished_at=None):
            return False
        audit.record("campaign.paused", campaign, actor=actor, now=now, after={"reason": str(reason)})
        if reason != PauseReason.BY_HAND:
            outbox.emit(CAMPAIGN_PAUSED, site_id=current_site().id, now=now, campaign_id=str(campaign.id))
    return True


def after_not_drawn(message_id: uuid.UUID, *, now: dt.datetime) -> bool:
    """A message failed for want of its picture: what caused it pauses; False: it does not run, or sent another."""
    message = Message.objects.get(id=message_id)
    if message.error != NOT_DRAWN or message.automation_id is None:
        return False
    if message.trigger == Trigger.CAMPAIGN:
        campaign = Campaign.objects.filter(id=message.automation_id).first()
        return campaign is not None and pause_campaign(campaign, PauseReason.NOT_DRAWN, actor=BACK, now=now)
    automation = Automation.objects.filter(id=message.automation_id).first()
    return automation is not None and pause(automation, PauseReason.NOT_DRAWN, actor=BACK, now=now)


def pause_by_hand(*, automation: Automation, actor: Actor, now: dt.datetime) -> None:
    """Raises NotAllowed, CannotPause."""
    must(actor, "automation.manage", automation)
    if not pause(automation, PauseReason.BY_HAND, actor=actor, now=now):
        raise CannotPause(_("It is not running."))


def resume(*, automation: Automation, actor: Actor, now: dt.datetime) -> None:
    """Go on, at once with what has become due meanwhile. Raises NotAllowed, CannotPause."""
    if actor.kind != "system":
        must(actor, "automation.manage", automation)
    with transaction.atomic():
        rows = Automation.objects.filter(id=automation.id, state=State.PAUSED)
        if not rows.update(state=State.ON, pause_reason=PauseReason.NONE):
            raise CannotPause(_("It is not paused."))
        audit.record("automation.resumed", automation, actor=actor, now=now)
        let_go_on(automation.id, now=now)
        queue.bring_forward(source_id=automation.id, merchant_id=automation.merchant_id, now=now)


def let_go_on(source_id: uuid.UUID, *, now: dt.datetime, at: dt.datetime | None = None) -> None:
    """Have an automation or campaign looked at now or `at` some time, and not only with the next run.

    In the transaction that lets it.
    """
    outbox.emit(GOES_ON, site_id=current_site().id, now=now, due_at=at, source_id=str(source_id))


def resume_what_can(*, now: dt.datetime) -> int:
    """What ran out of credits goes on once there are some, and what lost its text once there is one; how many.

    At level site.
    """
    by_itself = {"pause_reason__in": [PauseReason.NO_CREDITS, PauseReason.TEMPLATE]}
    paused: list[Automation | Campaign] = [
        *Automation.objects.filter(state=State.PAUSED, **by_itself),
        *Campaign.objects.filter(state=CampaignState.PAUSED, **by_itself),
    ]
    if not paused:
        return 0
    left = balances.available_of_merchants({row.merchant_id for row in paused}, CreditUnit.WA_BI)
    usable = set(templates.list_usable().values_list("purpose", flat=True))
    done = 0
    for row in paused:
        has_credits, has_text = left.get(row.merchant_id, 0) > 0, standing.purpose_of(row) in usable
        if has_credits if row.pause_reason == PauseReason.NO_CREDITS else has_text:
            with suppress(CannotPause):  # somebody was faster
                _resume(row, now)
                done += 1
    return done


def _resume(row: Automation | Campaign, now: dt.datetime) -> None:
    if isinstance(row, Campaign):
        resume_campaign(campaign=row, actor=BACK, now=now)
    else:
        resume(automation=row, actor=BACK, now=now)


def resume_campaign(*, campaign: Campaign, actor: Actor, now: dt.datetime) -> None:
    """Go on with a campaign, at once. Raises NotAllowed, CannotPause."""
    if actor.kind != "system":
        must(actor, "automation.manage", campaign)
    state = CampaignState.RUNNING if campaign.started_at else CampaignState.SCHEDULED
    with transaction.atomic():
        rows = Campaign.objects.filter(id=campaign.id, state=CampaignState.PAUSED)
        if not rows.update(state=state, pause_reason=PauseReason.NONE, job_id=None):
            raise CannotPause(_("It is not paused."))
        audit.record("campaign.resumed", campaign, actor=actor, now=now)
        let_go_on(campaign.id, now=now)
        queue.bring_forward(source_id=campaign.id, merchant_id=campaign.merchant_id, now=now)
