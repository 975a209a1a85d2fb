"""An agent's prepaid wallet as screens show it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from agents.models import Agent, TopUp, WalletSettings
from credits.choices import Action
from credits.errors import UnknownAccount
from credits.models import Account, Entry
from credits.queries import balances

LOOK_BACK = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`spent` in minor units over the last 30 days; `days` left at that pace, None where nothing was spent."""

    spent: int
    days: int | None


def wallet_of(agent: Agent, currency: str) -> Account | None:
    """The agent's wallet, None before it was opened."""
    try:
        return balances.wallet_of_agent(agent.id, currency)
    except UnknownAccount:
        return None


def forecast(wallet: Account, now: dt.datetime) -> Forecast:
    """How long the balance lasts if the next days are like the last thirty; refunds count against spending."""
    moved = Entry.objects.filter(
        account=wallet, at__gte=now - LOOK_BACK, at__lt=now, action__in=[Action.DEDUCT, Action.REFUND]
    )
    spent = max(0, -int(moved.aggregate(total=Sum("amount"))["total"] or 0))
    days = (wallet.balance or 0) * LOOK_BACK.days // spent if spent else None
    return Forecast(spent, days)


def alert_of(agent_id: uuid.UUID) -> WalletSettings | None:
    """When the agent wants to be warned."""
    return WalletSettings.objects.filter(agent_id=agent_id).first()


def list_topups(site_id: uuid.UUID | None = None) -> QuerySet[TopUp]:
    """Top-ups of one site, or of all at level master."""
    return TopUp.objects.all() if site_id is None else TopUp.objects.filter(site_id=site_id)


def get_topup(topup_id: uuid.UUID) -> TopUp | None:
    return TopUp.objects.filter(id=topup_id).first()
