"""Automations of Mona's, and customers with a history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from merchants import models as m
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import running
from messaging.models import Message
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver


def automation(phone: Any, kind: str = "birthday", *, batch: Any = None, **fields: Any) -> Automation:
    """One that is on; it gives coupons of a fresh batch of 50."""
    if kind != "reminder" and batch is None:
        batch = phone.batch(50)
    days: dict[str, Any] = {
        "birthday": {"days_before": 0}, "recall": {"days": 30}, "reminder": {"days": 3},
        "festival": {"days_before": 0, "festivals": ["ramadan", "new_year"]},
    }[kind]  # fmt: skip
    return Automation.objects.create(
        **{"merchant": phone.shop.merchant, "kind": kind, "state": "on", "batch": batch, "changed_at": NOW, **days,
           **fields}
    )  # fmt: skip


def born(phone: Any, month: int, day: int, /, **fields: Any) -> m.Customer:
    """A customer who agreed, born on that day."""
    customer = phone.customer(**fields)
    m.Customer.objects.filter(id=customer.id).update(birth_month=month, birth_day=day)
    return customer


def seen(phone: Any, days_ago: int, /, *, used: int | None = None, **fields: Any) -> m.Customer:
    """A customer whose last coupon was taken so long ago, and used `used` days ago."""
    customer = phone.customer(**fields)
    m.MerchantCustomer.objects.filter(customer=customer).update(
        last_at=NOW - days_ago * DAY, last_redeemed_at=None if used is None else NOW - used * DAY
    )
    return customer


def campaign(phone: Any, batch: Any = None, **fields: Any) -> Campaign:
    return Campaign.objects.create(
        **{"merchant": phone.shop.merchant, "name": "Spring", "batch": batch or phone.batch(50), "state": "scheduled",
           "scheduled_at": NOW, "created_at": NOW, **fields}
    )  # fmt: skip


def run(now: dt.datetime = NOW) -> running.Run:
    return running.run(now=now)


def written_to() -> list[Any]:
    """Whom messages are queued for, in order."""
    return list(Message.objects.order_by("created_at", "id").values_list("customer_id", flat=True))


def work(now: dt.datetime = NOW) -> None:
    """The beat's run, then every portion."""
    run(now)
    while deliver("job.campaign.send", now=now):
        pass


def work_out(now: dt.datetime = NOW) -> None:
    """The same, and what is queued goes out: then the next run finds a campaign done."""
    work(now)
    Message.objects.filter(state="queued").update(state="sent", sent_at=now)
    run(now)
