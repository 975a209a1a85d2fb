"""Payments outside Stripe: staff of the site record them, with a reason and perhaps a proof.

They deduct the platform's cost like any other purchase. Nothing else makes a merchant active.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from agents.purchases import locks
from agents.purchases.choices import Method, State
from agents.purchases.errors import WrongState
from agents.purchases.models import Purchase
from agents.purchases.services import reversing, settling, starting
from agents.purchases.services.desk import at_the_desk
from kernel.errors import DomainError
from merchants.models import Merchant


class NoReason(DomainError):
    code = "no_reason"

    def __init__(self) -> None:
        super().__init__(_("Say how it was paid, so that it can be checked later."), field="reason")


def record(
    *, purchase_id: uuid.UUID, merchant_id: uuid.UUID, item_id: uuid.UUID, reason: str, actor: Actor,
    now: dt.datetime, proof: str = "",
) -> Purchase:  # fmt: skip
    """Sell an item that was paid outside; completed at once, or when the agent's wallet has its cost.

    The same `purchase_id` again is the same sale. Raises NotAllowed, NoReason, NoSuchOffer, NotForYou.
    """
    if actor.kind != "system":
        must(actor, "sale.record")
    if not reason.strip():
        raise NoReason
    with at_the_desk() as site, transaction.atomic():
        found = Purchase.objects.filter(id=purchase_id).first()
        if found is not None:
            return found
        merchant = Merchant.objects.get(id=merchant_id)
        offer = starting.open_offer(item_id=item_id, merchant=merchant, site=site, now=now)
        made = starting.copy_terms(offer, merchant=merchant, site=site, actor=actor, now=now)
        made.id, made.method, made.reason, made.proof = purchase_id, Method.OFFLINE, reason.strip(), proof
        made.save(force_insert=True)
        audit.record("purchase.recorded", made, actor=actor, now=now, reason=made.reason, after={"item": made.code})
        made = locks.purchase(made.id)
        settling.take_offline(made, actor=actor, now=now)
    return made


def withdraw(*, purchase_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Take back an offline sale that still waits for the wallet. Raises NotAllowed, WrongState."""
    must(actor, "sale.record")
    with at_the_desk(), transaction.atomic():
        purchase = locks.purchase(purchase_id)
        if purchase.method != Method.OFFLINE or purchase.state != State.PENDING_WALLET:
            raise WrongState(_("Only a sale that still waits can be withdrawn."), state=purchase.state)
        reversing.take_back(purchase, refunded=purchase.retail, reason=reason, actor=actor, now=now)
