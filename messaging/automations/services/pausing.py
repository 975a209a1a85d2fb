"""Pausing what cannot go on, saying so, and going on again."""

from __future__ import annotations

import datetime as dt
import uuid

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
from messaging.meta.choices import Purpose
from messaging.meta.queries import templates
from tenants.walls import current_site

PAUSED = "automation.paused"
CAMPAIGN_PAUSED = "campaign.paused"
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
    """Stop a campaign that runs or is to run; False: it was not."""
    with transaction.atomic():
        rows = Campaign.objects.filter(id=campaign.id, state__in=[CampaignState.SCHEDULED, CampaignState.RUNNING])
        if not rows.update(state=CampaignState.PAUSED, pause_reason=reason):
            return False
        audit.record("campaign.paused", campaign, actor=actor, now=now, after={"reason": str(reason)})
        if reason != PauseReason.BY_HAND:
            outbox.emit(CAMPAIGN_PAUSED, site_id=current_site().id, now=now, campaign_id=str(campaign.id))
    return True


def pause_by_hand(*, automation: Automation, actor: Actor, now: dt.datetime) -> None:
    """Raises NotAllowed, CannotPause."""
    must(actor, "automation.manage", automation)
    if not pause(automation, PauseReason.BY_HAND, actor=actor, now=now):
        raise CannotPause(_("It is not running."))


def resume(*, automation: Automation, actor: Actor, now: dt.datetime) -> None:
    """Go on; what has become due meanwhile follows at the next run. Raises NotAllowed, CannotPause."""
    if actor.kind != "system":
        must(actor, "automation.manage", automation)
    with transaction.atomic():
        rows = Automation.objects.filter(id=automation.id, state=State.PAUSED)
        if not rows.update(state=State.ON, pause_reason=PauseReason.NONE):
            raise CannotPause(_("It is not paused."))
        audit.record("automation.resumed", automation, actor=actor, now=now)


def resume_those_with_credits(*, now: dt.datetime) -> int:
    """Automations and campaigns that ran out of credits go on once there are some; how many. At level site."""
    dry = Automation.objects.filter(state=State.PAUSED, pause_reason=PauseReason.NO_CREDITS)
    short = Campaign.objects.filter(state=CampaignState.PAUSED, pause_reason=PauseReason.NO_CREDITS)
    automations, campaigns = list(dry), list(short)
    left = credits_of({row.merchant_id for row in automations} | {row.merchant_id for row in campaigns})
    done = 0
    for automation in automations:
        if left.get(automation.merchant_id):
            resume(automation=automation, actor=BACK, now=now)
            done += 1
    for campaign in campaigns:
        if left.get(campaign.merchant_id):
            resume_campaign(campaign=campaign, actor=BACK, now=now)
            done += 1
    return done


def resume_campaign(*, campaign: Campaign, actor: Actor, now: dt.datetime) -> None:
    """Go on with a campaign. Raises NotAllowed, CannotPause."""
    if actor.kind != "system":
        must(actor, "automation.manage", campaign)
    state = CampaignState.RUNNING if campaign.started_at else CampaignState.SCHEDULED
    with transaction.atomic():
        rows = Campaign.objects.filter(id=campaign.id, state=CampaignState.PAUSED)
        if not rows.update(state=state, pause_reason=PauseReason.NONE, job_id=None):
            raise CannotPause(_("It is not paused."))
        audit.record("campaign.resumed", campaign, actor=actor, now=now)


def template_missing(purpose: Purpose) -> PauseReason | None:
    """TEMPLATE where WhatsApp has approved no text for this."""
    return None if templates.usable(purpose, current_site().language) else PauseReason.TEMPLATE


def credits_of(merchant_ids: set[uuid.UUID]) -> dict[uuid.UUID, int]:
    """BI credits of merchants that are neither spent nor held."""
    return {key: balances.wallet_of_merchant(key, CreditUnit.WA_BI).available for key in merchant_ids}
