"""A test message to a number that somebody of the merchant types: how it looks on a phone."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress

from accounts.actors import Actor, must
from credits.choices import CreditUnit
from credits.errors import InsufficientCredits
from credits.queries import balances
from kernel import limits
from kernel.ids import uuid7
from kernel.limits import Bucket
from merchants.models import Merchant
from messaging.automations.services.switching import must_be_annual
from messaging.choices import Trigger
from messaging.errors import NotWanted
from messaging.meta.choices import Purpose
from messaging.services import queue
from tenants.walls import current_site

DAY = 86_400


def send_test(
    *, merchant: Merchant, purpose: Purpose, language: str, batch_id: uuid.UUID, phone: str, actor: Actor,
    now: dt.datetime, festival: str = "",
) -> None:  # fmt: skip
    """Queue a test of one kind's words to `phone` (E.164), for one BI credit; no coupon is given.

    `festival` is the code of the one that they name.

    Nothing goes to a number that said STOP, and the answer is the same: who typed it learns nothing about a stranger.

    Raises NotAllowed, NotForTemporary, limits.TooMany (20 a day, and 5 to one number: it is no way to write to
    customers), InsufficientCredits, WhatsAppOff.
    """
    must(actor, "automation.manage", merchant)
    must_be_annual(merchant)
    limits.must(
        Bucket("automation.test", str(merchant.id), 20, DAY), Bucket("automation.test_to", phone, 5, DAY),
        site_id=current_site().id, now=now,
    )  # fmt: skip
    wallet = balances.wallet_of_merchant(merchant.id, CreditUnit.WA_BI)
    if wallet.available < 1:  # asked before the number is, or its answer would tell
        raise InsufficientCredits(unit=wallet.unit, needed=1, available=wallet.available)
    with suppress(NotWanted):
        queue.enqueue(
            trigger=Trigger.TEST, key=f"test:{uuid7()}", merchant_id=merchant.id, batch_id=batch_id, phone=phone,
            purpose=purpose, festival=festival, language=language, now=now, actor=actor,
        )  # fmt: skip
