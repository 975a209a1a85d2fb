"""Activating a merchant of any site. The site does it itself, when it gets the word."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from agents.tasks import ACTIVATE
from kernel.errors import Conflict
from kernel.services import outbox
from merchants.services.lifecycle import NOT_YET
from tenants.models import MerchantCard
from tenants.walls.levels import MASTER_ID


class CannotActivate(Conflict):
    """The merchant is active, suspended or archived."""

    code = "cannot_activate"


def order(*, card: MerchantCard, actor: Actor, now: dt.datetime) -> None:
    """Send the word to the merchant's site. Raises NotAllowed, CannotActivate."""
    must(actor, "merchant.activate")
    if card.state not in NOT_YET:
        raise CannotActivate(_("Only a merchant that waits for it, or has expired, can be activated."))
    with transaction.atomic():
        audit.record("merchant.activate_ordered", card, actor=actor, now=now, before={"state": card.state})
        outbox.emit(
            ACTIVATE, site_id=uuid.UUID(MASTER_ID), now=now, at_site=str(card.site_id), merchant_id=str(card.id)
        )
