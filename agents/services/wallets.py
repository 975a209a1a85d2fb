"""An agent's prepaid wallet: when to warn, what was paid in, and corrections. The ledger holds the money."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from agents.models import Agent, WalletSettings
from credits.models import Account
from credits.services import ledger
from credits.services.legs import Posted
from kernel.services import outbox
from tenants.queries import sites
from tenants.walls import current_site, wall

LOW = "wallet.low"
TOPPED_UP = "wallet.topped_up"


def set_alert(*, level: int | None, email: str, actor: Actor, now: dt.datetime) -> WalletSettings:
    """Warn below `level` minor units (None: never), at `email` or by default at the site's finance people."""
    must(actor, "money.topup")
    site_id = current_site().id
    with transaction.atomic():
        found = WalletSettings.objects.select_for_update(no_key=True).filter(site_id=site_id).first()
        if found is None:
            agent = Agent.objects.only("id").get(site_id=site_id)
            found = WalletSettings(site_id=site_id, agent_id=agent.id)
        before = found.alert_level
        found.alert_level, found.alert_email, found.updated_at = level, email, now
        found.save()
        audit.record(
            "wallet.alert", found, actor=actor, now=now, before={"level": before}, after={"level": level}
        )
    return found


def note_spent(*, agent_id: uuid.UUID, spent: int, balance: int, now: dt.datetime) -> None:
    """Warn when this very movement took the wallet below its level. In the movement's transaction, at level site."""
    level = WalletSettings.objects.filter(agent_id=agent_id).values_list("alert_level", flat=True).first()
    if level is not None and balance < level <= balance + spent:
        outbox.emit(LOW, site_id=current_site().id, now=now, agent_id=str(agent_id), balance=balance)


def adjust(
    *, wallet: Account, amount: int, reason: str, actor: Actor, now: dt.datetime, key: uuid.UUID
) -> Posted:
    """Correct an agent's wallet from the console, with a reason. Raises NotAllowed, InsufficientCredits."""
    with transaction.atomic():
        posted = ledger.adjust(
            wallet=wallet, amount=amount, reason=reason, actor=actor, now=now, key=key, site_id=wallet.site_id
        )
        if posted.is_new and amount > 0:
            tell_site(wallet.site_id, now=now)
    return posted


def tell_site(site_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Money came: the site's purchases that wait for it go on. In the caller's transaction, from level master."""
    with wall(sites.get_site(site_id), "site"):
        outbox.emit(TOPPED_UP, site_id=site_id, now=now)
