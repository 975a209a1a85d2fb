"""Messages that were asked for and never queued: the log keeps each of them, and why."""

from __future__ import annotations

import datetime as dt
import uuid

from merchants.models import Coupon, Customer
from messaging.choices import TYPE_OF, State, Trigger
from messaging.models import Message
from tenants.walls import current_site


def keep(
    *, trigger: Trigger, key: str, customer: Customer, merchant_id: uuid.UUID | None, why: str, now: dt.datetime,
    coupon: Coupon | None = None,
) -> None:  # fmt: skip
    """Keep it in the log of whoever would have paid, once for each `key`. No credit moves. At level site."""
    row = Message(
        merchant_id=merchant_id, payer=merchant_id or current_site().id, customer=customer, coupon=coupon,
        batch_id=coupon.batch_id if coupon else None, trigger=trigger, type=TYPE_OF[trigger], state=State.CANCELLED,
        key=key, language=customer.language, recipient=customer.phone_index, created_at=now, due_at=now,
        expires_at=now, error=why, history=[[now.isoformat(), str(State.CANCELLED), why]],
    )  # fmt: skip
    Message.objects.bulk_create([row], ignore_conflicts=True)
