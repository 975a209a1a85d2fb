"""A festival that is over: whoever it did not come to, mostly for want of room in its days, is noted by name, once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

import structlog

from kernel import clock
from kernel.ids import uuid7
from merchants.models import Merchant
from messaging.automations.choices import Kind, Skipped
from messaging.automations.models import Automation, Occasion
from messaging.automations.queries import recipients
from messaging.services import allowance

log = structlog.get_logger("couponry.automations")
PORTION = 5000  # the rest follows with the next run


def close(automation: Automation, merchant: Merchant, *, now: dt.datetime) -> int:
    """Note who was not reached by the festivals of the last days; how many. Safe to run again. At level site.

    One that was switched on, or set anew, after the festival had nobody to reach.
    """
    if automation.kind != Kind.FESTIVAL:
        return 0
    done = 0
    for one in recipients.festivals_over(automation, merchant, clock.local_date(now, merchant.time_zone)):
        end = clock.end_of_day(one.day, merchant.time_zone)
        if automation.changed_at < end:
            missed = recipients.missed(automation, merchant, one, before=end, sends_to=allowance.countries())
            done += _note(automation, one.key, missed[:PORTION], now)
    if done:
        log.info("festival over", automation=str(automation.id), not_reached=done)
    return done


def _note(automation: Automation, key: str, missed: Iterable[uuid.UUID], now: dt.datetime) -> int:
    rows = [
        Occasion(
            id=uuid7(), merchant_id=automation.merchant_id, automation=automation, customer_id=customer_id, key=key,
            at=now, skipped=Skipped.TOO_LATE,
        )
        for customer_id in missed
    ]  # fmt: skip
    return len(Occasion.objects.bulk_create(rows, ignore_conflicts=True))
