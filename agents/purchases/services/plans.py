"""What a purchase does to its merchant's plan."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from accounts.actors import Actor
from agents.purchases.choices import Kind, State
from agents.purchases.models import Purchase
from agents.purchases.queries import offers
from merchants.models import Merchant
from merchants.services import lifecycle

_OPEN = {State.PENDING_PAYMENT, State.PENDING_WALLET}


def ordered(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """A merchant that was never active now waits for its payment."""
    if _begins(purchase):
        lifecycle.wait_in(Merchant.State.PENDING_PAYMENT, merchant_id=purchase.merchant_id, actor=actor, now=now)


def waits_for_wallet(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """Paid, and its agent's wallet is short: the merchant is being activated."""
    if _begins(purchase):
        lifecycle.wait_in(Merchant.State.PENDING_WALLET, merchant_id=purchase.merchant_id, actor=actor, now=now)


def let_go(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """The order is over and gave nothing: the merchant waits for whatever other order of it is open, or for none."""
    others = Purchase.objects.filter(merchant_id=purchase.merchant_id, state__in=_OPEN).exclude(id=purchase.id)
    states = set(others.values_list("state", flat=True))
    target = Merchant.State.REGISTERED
    if State.PENDING_WALLET in states:
        target = Merchant.State.PENDING_WALLET
    elif states:
        target = Merchant.State.PENDING_PAYMENT
    lifecycle.wait_in(target, merchant_id=purchase.merchant_id, actor=actor, now=now)


def begin(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """Give the time that `purchase` pays for, and note it there. The caller saves `plan_from` and `plan_until`."""
    merchant = Merchant.objects.get(id=purchase.merchant_id)
    period = None
    if purchase.kind == Kind.ANNUAL_FEE:
        period = lifecycle.give_year(merchant_id=merchant.id, actor=actor, now=now)
    elif merchant.plan == Merchant.Plan.TEMPORARY:
        period = lifecycle.give_days(
            merchant_id=merchant.id, days=settings.TEMPORARY_PLAN_DAYS, actor=actor, now=now
        )
    if period is not None:
        purchase.plan_from, purchase.plan_until = period


def _begins(purchase: Purchase) -> bool:
    return offers.begins_plan(Merchant.objects.get(id=purchase.merchant_id), purchase.kind)
