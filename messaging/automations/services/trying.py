"""A test message to a number that somebody of the merchant types: how it looks on a phone."""

from __future__ import annotations

import datetime as dt
import uuid

from accounts.actors import Actor, must
from kernel import limits
from kernel.ids import uuid7
from kernel.limits import Bucket
from merchants.models import Merchant
from messaging.automations.services.switching import must_be_annual
from messaging.choices import Trigger
from messaging.models import Message
from messaging.services import queue
from tenants.walls import current_site

DAY = 86_400


def send_test(*, merchant: Merchant, batch_id: uuid.UUID, phone: str, actor: Actor, now: dt.datetime) -> Message:
    """Queue a test to `phone` (E.164), for one BI credit; no coupon is given.

    Raises NotAllowed, NotForTemporary, limits.TooMany (20 a day, and 5 to one number: it is no way to write to
    customers), InsufficientCredits, WhatsAppOff, NotWanted.
    """
    must(actor, "automation.manage", merchant)
    must_be_annual(merchant)
    limits.must(
        Bucket("automation.test", str(merchant.id), 20, DAY), Bucket("automation.test_to", phone, 5, DAY),
        site_id=current_site().id, now=now,
    )  # fmt: skip
    return queue.enqueue(
        trigger=Trigger.TEST, key=f"test:{uuid7()}", merchant_id=merchant.id, batch_id=batch_id, phone=phone, now=now,
        actor=actor,
    )  # fmt: skip
