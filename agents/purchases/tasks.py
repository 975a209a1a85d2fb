"""What beat starts on every site, and the news that this wing answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from celery import shared_task

from accounts.actors import system
from agents.purchases.models import PlanReminder, Purchase
from agents.purchases.services import mails, settling, sweeping
from agents.services import topups
from agents.services.wallets import LOW, TOPPED_UP
from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from merchants.services import lifecycle
from tenants.tasks import SiteTask

JOB = system("purchases")


@shared_task(base=SiteTask, name="purchases.sweep")
def sweep() -> None:
    """Ask about what stays open, and give what waits though nobody told us of the money."""
    now = clock.now()
    sweeping.ask_about_open(actor=JOB, now=now)
    topups.look_at_open(actor=JOB, now=now)
    settling.complete_waiting(actor=JOB, now=now)


@shared_task(base=SiteTask, name="purchases.daily")
def look_at_plans() -> None:
    """Plans that ran out, plans that end soon, purchases that have waited for days. Safe to run at any time."""
    now = clock.now()
    lifecycle.expire_due(actor=JOB, now=now)
    sweeping.remind(now=now)
    sweeping.tell_of_waiting(now=now)


@handles(TOPPED_UP)
def go_on(event: OutboxEvent, now: dt.datetime) -> None:
    """The agent's wallet got money: what waits for it is given, oldest first."""
    settling.complete_waiting(actor=JOB, now=now)


@handles(LOW)
def warn(event: OutboxEvent, now: dt.datetime) -> None:
    mails.low_wallet(agent_id=uuid.UUID(event.payload["agent_id"]), balance=event.payload["balance"])


@handles(mails.REMINDER)
def remind(event: OutboxEvent, now: dt.datetime) -> None:
    found = PlanReminder.objects.filter(id=event.payload["reminder_id"]).first()
    if found:
        mails.remind(found)


def _tells(topic: str, write: Callable[[Purchase], None]) -> None:
    @handles(topic)
    def tell(event: OutboxEvent, now: dt.datetime) -> None:
        write(Purchase.objects.select_related("merchant").get(id=event.payload["purchase_id"]))


_tells(mails.COMPLETED, mails.completed)
_tells(mails.WAITS_FOR_WALLET, mails.waits_for_wallet)
_tells(mails.STILL_WAITS, mails.still_waits)
_tells(mails.NEEDS_PERSON, mails.needs_person)
_tells(mails.REFUNDED, mails.refunded)
