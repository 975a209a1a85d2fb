"""Whether an automation or a campaign can send, waits, or cannot; with which text, and to how many today."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from kernel import clock
from merchants.models import Batch, Merchant
from messaging.automations.choices import PauseReason
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import opening
from messaging.choices import PURPOSE_OF
from messaging.meta.choices import Purpose, TemplateStatus
from messaging.meta.queries import templates
from messaging.services import allowance

# WhatsApp has a text before it, or is to get it: nobody needs to do anything.
IN_REVIEW = {TemplateStatus.MISSING, TemplateStatus.PENDING}


class Text(StrEnum):
    """`IN_REVIEW` is waited for; `REFUSED`: there is none, and none is on its way."""

    USABLE = "usable"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


def cannot(source: Automation | Campaign, now: dt.datetime) -> PauseReason | None:
    """Why it can send to nobody until somebody does something about it."""
    if source.batch and is_spent(source.batch, now):
        return PauseReason.NO_COUPONS
    return PauseReason.TEMPLATE if text_of(source) == Text.REFUSED else None


def waits(source: Automation | Campaign, now: dt.datetime) -> bool:
    """Whether its batch gives nothing yet, or WhatsApp still looks at its text."""
    batch = source.batch
    closed = batch is not None and (batch.state != Batch.State.ACTIVE or now < batch.starts_at)
    return closed or text_of(source) == Text.IN_REVIEW


def is_spent(batch: Batch, now: dt.datetime) -> bool:
    """Whether a batch gives nothing any more. One that is paused, or has not begun, is waited for."""
    over = batch.state not in {Batch.State.ACTIVE, Batch.State.PAUSED, Batch.State.GENERATING}
    return over or batch.claim_until <= now or batch.sold_out


def purpose_of(row: Automation | Campaign) -> Purpose:
    """Which of WhatsApp's texts it sends, saved or not."""
    return Purpose(row.purpose) if row.purpose else PURPOSE_OF[opening.trigger_of(row)]


def text_of(row: Automation | Campaign) -> Text:
    """How the text stands that it sends. One query."""
    found = templates.statuses(purpose_of(row))
    if TemplateStatus.APPROVED in found:
        return Text.USABLE
    return Text.IN_REVIEW if found & IN_REVIEW else Text.REFUSED


def room_today(source: Automation | Campaign, merchant: Merchant, now: dt.datetime) -> int:
    """How many more it may write to now, by its own cap and by WhatsApp's limit."""
    today = clock.local_date(now, merchant.time_zone)
    own = max(0, source.daily_cap - (source.counted if source.counted_on == today else 0))
    left = allowance.left(merchant.id, now=now)
    return own if left is None else min(own, left)
