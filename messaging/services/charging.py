"""The one credit of a message: held when it is queued, spent when it first arrives, free again where it does not.

The caller holds the message's lock, in a transaction, and saves it: here only `charge` is set.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import structlog
from django.utils.translation import gettext_noop

from accounts.actors import system
from credits.errors import InsufficientCredits
from credits.services import holds
from credits.services.legs import Related
from messaging.choices import Charge
from messaging.models import Message

log = structlog.get_logger("couponry.messaging")
ACTOR = system("WhatsApp")
NOT_BILLED = gettext_noop("Sent, and then not delivered: WhatsApp did not bill it")
ARRIVED_AFTER_ALL = gettext_noop("Delivered after all")


def spend(message: Message, *, now: dt.datetime) -> None:
    """It arrived. One that had failed before, and was released, is charged if there is enough."""
    if message.charge not in {Charge.HELD, Charge.RELEASED, Charge.RETURNED}:
        return
    try:
        if message.charge == Charge.RETURNED:
            holds.take_again(**_credit(message), reason=ARRIVED_AFTER_ALL, now=now)
        else:
            holds.spend(**_credit(message), now=now)
    except InsufficientCredits:
        log.warning("arrived after it had failed, and no credit is left for it", message_id=str(message.id))
    else:
        message.charge = Charge.SPENT


def release(message: Message) -> None:
    """It will not arrive: what is held for it is free again."""
    if message.charge == Charge.HELD:
        assert message.merchant_id
        holds.release(hold_id=message.id, merchant_id=message.merchant_id)
        message.charge = Charge.RELEASED


def give_back(message: Message, *, now: dt.datetime) -> None:
    """It was sent, then failed, and Meta did not bill it: what was spent comes back."""
    if message.charge == Charge.SPENT:
        holds.give_back(**_credit(message), reason=NOT_BILLED, now=now)
        message.charge = Charge.RETURNED


def _credit(message: Message) -> dict[str, Any]:
    """The one credit of a message, as `holds` is told of it."""
    related = Related("message", message.id)
    return {
        "hold_id": message.id, "merchant_id": message.merchant_id, "unit": message.type, "amount": 1,
        "related": related, "actor": ACTOR,
    }  # fmt: skip
