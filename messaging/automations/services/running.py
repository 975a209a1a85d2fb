"""The run: what beat starts on every site, many times a day, and a button for one automation or campaign. Safe at any
time, twice at once, and after a crash."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import structlog
from django.db.models import Case, F, IntegerField, Value, When

from credits.errors import InsufficientCredits
from merchants.models import Merchant
from messaging.automations.choices import Kind, PauseReason, State
from messaging.automations.models import Automation
from messaging.automations.queries import recipients
from messaging.automations.services import campaigning, closing, opening, pausing, standing
from messaging.automations.services.opening import Exhausted, Opened
from messaging.consent.services import countries
from messaging.errors import WhatsAppOff
from messaging.services import allowance, queue

log = structlog.get_logger("couponry.automations")
# At most so many of one automation in one run: merchants take turns, and the rest follows ten minutes later.
AT_ONCE = 400
# A coupon runs out and a day passes; who stays away can be asked back tomorrow.
URGENT = (Kind.REMINDER, Kind.BIRTHDAY, Kind.FESTIVAL, Kind.RECALL)


@dataclass
class Run:
    """What one run did."""

    sent: int = 0
    skipped: int = 0
    paused: int = 0


def run(*, now: dt.datetime, only: uuid.UUID | None = None) -> Run:
    """Open what is due of every automation of the open site, and begin campaigns. At level site.

    `only` of one of them, which was scheduled for now or goes on.
    """
    done = Run()
    if only is None:
        closing.close(now=now)
    # What cannot go out is not queued: in the queue it would hold credits and coupons, and in the end be too late.
    if not allowance.is_sending(now=now):
        return done
    if only is None:
        pausing.resume_what_can(now=now)
    countries.learn()
    for automation_id in switched_on(only):
        try:
            run_one(automation_id, done, now=now)
        except Exception as error:  # whatever it was, the other automations have their turn
            log.error("automation failed", automation=str(automation_id), exc_info=error)
    campaigning.begin_due(now=now, only=only)
    if done.sent:
        queue.wake(now=now)
    return done


def switched_on(only: uuid.UUID | None = None) -> list[uuid.UUID]:
    """What runs, what cannot wait first: a merchant's automations share its part of WhatsApp's day. Within a kind, what
    has not written for the most days."""
    rows = Automation.objects.filter(
        state=State.ON, merchant__state=Merchant.State.ACTIVE, merchant__plan=Merchant.Plan.ANNUAL
    )
    rows = rows.filter(id=only) if only else rows
    turn = Case(*(When(kind=kind, then=Value(place)) for place, kind in enumerate(URGENT)), output_field=IntegerField())
    longest = F("counted_on").asc(nulls_first=True)
    return list(rows.order_by(turn, longest, "id").values_list("id", flat=True))


def run_one(automation_id: uuid.UUID, done: Run, *, now: dt.datetime) -> None:
    """Open up to AT_ONCE due occasions of one automation; pause it where it cannot go on."""
    automation = Automation.objects.select_related("merchant", "batch").get(id=automation_id)
    reason = standing.cannot(automation, now)
    if reason:
        pausing.pause(automation, reason, actor=opening.ACTOR, now=now)
        done.paused += 1
        return
    if standing.waits(automation, now):
        return
    try:
        _open(automation, automation.merchant, done, now)
    except InsufficientCredits:
        pausing.pause(automation, PauseReason.NO_CREDITS, actor=opening.ACTOR, now=now)
        done.paused += 1
    except Exhausted:
        pausing.pause(automation, PauseReason.NO_COUPONS, actor=opening.ACTOR, now=now)
        done.paused += 1
    except WhatsAppOff:
        log.info("whatsapp went off", automation=str(automation.id))


def _open(automation: Automation, merchant: Merchant, done: Run, now: dt.datetime) -> None:
    rows = recipients.judged(
        recipients.population(automation, merchant, now=now), automation, batch=automation.batch,
        sends_to=allowance.countries(),
    )  # fmt: skip
    found = recipients.list_due(rows, limit=AT_ONCE)
    for due in found[: allowance.left(merchant.id, now=now)] if found else []:
        what = opening.open_for(automation, merchant, due, now=now)
        if what == Opened.FULL:
            return
        done.sent += what == Opened.SENT
        done.skipped += what == Opened.SKIPPED
