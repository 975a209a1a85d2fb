"""A festival that is over: whoever it did not come to, mostly for want of room in its days, is noted by name, once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

import structlog
from django.db.models import F, QuerySet

from kernel import clock
from kernel.ids import uuid7
from merchants.models import Merchant
from messaging.automations.choices import Kind, Skipped, State
from messaging.automations.models import Automation, Occasion
from messaging.automations.queries import recipients
from messaging.consent.services import countries
from messaging.services import allowance

log = structlog.get_logger("couponry.automations")
# So many are noted in one run, and the rest with the next. A look at a merchant's customers counts as LOOK of them.
PORTION, LOOK = 5000, 50


def close(*, now: dt.datetime) -> None:
    """Note who was not reached by the festivals of the last days, also of what is paused. Safe to run again. At level
    site."""
    room = PORTION
    for automation in _greeting():
        if room <= 0:
            return
        try:
            room -= _close(automation, room, now)
        except Exception as error:  # whatever it was, the others have their turn
            log.error("festival not closed", automation=str(automation.id), exc_info=error)
            room -= LOOK


def _greeting() -> QuerySet[Automation]:
    """What greets on festivals; first what was looked at the longest ago."""
    rows = Automation.objects.filter(
        kind=Kind.FESTIVAL, merchant__state=Merchant.State.ACTIVE, merchant__plan=Merchant.Plan.ANNUAL
    )
    rows = rows.exclude(state=State.OFF).order_by(F("closed_until").asc(nulls_first=True), "id")
    return rows.select_related("merchant", "batch")


def _close(automation: Automation, room: int, now: dt.datetime) -> int:
    """Close the first day with festivals that is not yet; of the room in this run, how much that took.

    One that was switched on, or set anew, after the day had nobody to reach.
    """
    merchant = automation.merchant
    same_day = recipients.festivals_over(automation, merchant, clock.local_date(now, merchant.time_zone))
    if not same_day:
        return 0
    day, missed = same_day[0].day, list[uuid.UUID]()
    end = clock.end_of_day(day, merchant.time_zone)
    if automation.changed_at < end:
        countries.learn(merchant_id=merchant.id)
        found = recipients.missed(automation, merchant, same_day, before=end, sends_to=allowance.countries())
        missed = list(found[:room])
        _note(automation, same_day[0].key, missed, now)
        log.info("festival over", automation=str(automation.id), not_reached=len(missed))
    if len(missed) < room:
        Automation.objects.filter(id=automation.id).update(closed_until=day + dt.timedelta(days=1))
    return max(LOOK, len(missed))


def _note(automation: Automation, key: str, missed: Iterable[uuid.UUID], now: dt.datetime) -> None:
    rows = [
        Occasion(
            id=uuid7(), merchant_id=automation.merchant_id, automation=automation, customer_id=customer_id, key=key,
            at=now, skipped=Skipped.TOO_LATE,
        )
        for customer_id in missed
    ]  # fmt: skip
    Occasion.objects.bulk_create(rows, ignore_conflicts=True)
