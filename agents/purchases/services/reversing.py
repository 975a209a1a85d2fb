"""Refunds and disputes: what is unused goes back, with the platform's cost of that part; the rest is for a person.

`changed` compares what Stripe says was refunded with what was taken back so far, so news that comes twice, late or in
another order ends in the same books.
"""

from __future__ import annotations

import datetime as dt
import uuid
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor, must
from accounts.services import audit
from agents.payments.services import gateway
from agents.purchases import locks
from agents.purchases.choices import GIVEN, Kind, Method, Problem, State
from agents.purchases.errors import NoSuchPurchase, WrongState
from agents.purchases.models import Purchase
from agents.purchases.queries import purchases
from agents.purchases.services import mails, papers, plans, settling
from agents.purchases.services.desk import at_the_desk
from credits.choices import AccountKind, Action, OwnerType
from credits.queries import balances
from credits.services import ledger, legs
from credits.services.legs import Leg
from kernel.errors import Conflict, DomainError
from merchants import locks as merchant_locks
from merchants.services import lifecycle

# How long a paid purchase may wait for the agent's wallet before the merchant may have its money back.
PATIENCE = dt.timedelta(days=14)
TOOK_BACK = gettext_noop("The payment was refunded")


class RefundTooLarge(DomainError):
    code = "refund_too_large"

    def __init__(self) -> None:
        super().__init__(_("More than was paid cannot be refunded."), field="amount")


class NotSettledYet(Conflict):
    """The payment itself is not known here yet: the news is worth trying again."""

    code = "not_settled_yet"

    def __init__(self) -> None:
        super().__init__(_("We wait for the payment."))


class TooEarly(DomainError):
    code = "too_early"

    def __init__(self) -> None:
        super().__init__(_("It is being activated. You can cancel it from the 14th day after paying."))


def refund(*, purchase_id: uuid.UUID, amount: int, reason: str, actor: Actor, now: dt.datetime) -> Purchase:
    """Pay `amount` minor units back, at Stripe where it was paid there, and take back what is unused. For staff.

    Raises NotAllowed, WrongState, RefundTooLarge, GatewayRefused; GatewayUnavailable when Stripe's answer is unknown:
    its news or the next look settles it, and asking again refunds once.
    """
    must(actor, "sale.refund")
    with at_the_desk():
        return _refund(purchases.get(purchase_id), amount, reason, actor, now)


def give_up(*, purchase_id: uuid.UUID, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Purchase:
    """The merchant cancels what has waited 14 days for the agent's wallet, for all its money. Raises TooEarly, …"""
    must(actor, "purchase.make")
    with at_the_desk(merchant_id):
        purchase = purchases.get(purchase_id)
        if purchase.merchant_id != merchant_id:
            raise NoSuchPurchase
        if purchase.state != State.PENDING_WALLET or purchase.method != Method.STRIPE:
            raise WrongState(_("Only a purchase that is being activated can be cancelled."), state=purchase.state)
        if purchase.paid_at is None or now < purchase.paid_at + PATIENCE:
            raise TooEarly
        return _refund(purchase, purchase.refundable, "", actor, now)


def changed(*, reference: uuid.UUID, payment: gateway.Payment, actor: Actor, now: dt.datetime) -> None:
    """What Stripe says now of the payment of purchase `reference`. At level site.

    Raises NoSuchPurchase, and NotSettledYet where news of a refund came before the payment could be settled.
    """
    _settle_first(purchases.get(reference), actor=actor, now=now)
    with transaction.atomic():
        purchase = locks.purchase(reference)
        if purchase.paid_at is None:
            if (payment.disputed or payment.amount_refunded) and not purchase.needs_person:
                raise NotSettledYet
            return
        won = payment.disputed and payment.dispute_status == "won"
        against = payment.disputed and not won and not payment.dispute_status.startswith("warning")
        if won and purchase.disputed and purchase.problem != Problem.DISPUTE_WON:
            settling.flag(purchase, Problem.DISPUTE_WON, actor=actor, now=now)
        # A dispute takes the whole amount away until it is decided.
        back = purchase.retail if against else min(payment.amount_refunded, purchase.retail)
        if back > purchase.refunded:
            purchase.disputed = purchase.disputed or against
            take_back(purchase, refunded=back, reason=str(TOOK_BACK), actor=actor, now=now)
        if against and purchase.problem != Problem.DISPUTED:
            purchase.disputed = True
            purchase.save(update_fields=["disputed"])
            settling.flag(purchase, Problem.DISPUTED, actor=actor, now=now)


def take_back(purchase: Purchase, *, refunded: int, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Bring a purchase to `refunded` minor units in all. The caller holds its lock, in a transaction."""
    given = purchase.state in GIVEN
    before, more = purchase.state, refunded - purchase.refunded
    purchase.refunded = refunded
    share = Fraction(refunded, purchase.retail) if purchase.retail else Fraction(1)
    whole = given and _reverse(purchase, share, reason=reason, actor=actor, now=now)
    purchase.state = State.REFUNDED if refunded == purchase.retail else State.PART_REFUNDED
    if not given and purchase.state == State.PART_REFUNDED:
        purchase.state = State(before)  # it still waits for the wallet, for less money
    purchase.save()
    papers.issue_credit_note(purchase, more, now=now)
    audit.record(
        "purchase.refunded", purchase, actor=actor, now=now, reason=reason, before={"state": before},
        after={"state": purchase.state, "refunded": refunded, "returned_cost": purchase.returned_cost},
    )  # fmt: skip
    if given and not whole:
        part_plan = purchase.kind == Kind.ANNUAL_FEE and share < 1
        settling.flag(purchase, Problem.PART_PLAN if part_plan else Problem.USED, actor=actor, now=now)
    if not given and purchase.state == State.REFUNDED:
        plans.let_go(purchase, actor=actor, now=now)
    mails.announce(mails.REFUNDED, purchase, now=now)


def settle_by_person(*, purchase_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> None:
    """A person has looked at a marked purchase and done what there was to do. Raises NotAllowed."""
    must(actor, "sale.refund")
    with at_the_desk(), transaction.atomic():
        purchase = locks.purchase(purchase_id)
        if purchase.needs_person:
            before, purchase.needs_person = purchase.problem, False
            purchase.save(update_fields=["needs_person"])
            audit.record(
                "purchase.looked_at", purchase, actor=actor, now=now, reason=reason, before={"problem": before},
                after={"problem": ""},
            )  # fmt: skip


def _settle_first(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """News overtake each other: a refund may be told of before the payment."""
    if purchase.paid_at is None and purchase.session_id:
        session = gateway.read(purchase.session_id)
        settling.settle(reference=purchase.id, session=session, actor=actor, now=now)


def _refund(purchase: Purchase, amount: int, reason: str, actor: Actor, now: dt.datetime) -> Purchase:
    if purchase.state not in {*GIVEN, State.PENDING_WALLET}:
        raise WrongState(_("Nothing of this purchase can be refunded."), state=purchase.state)
    if not 0 < amount <= purchase.refundable:
        raise RefundTooLarge
    if purchase.method == Method.STRIPE and purchase.payment_intent:
        gateway.refund(
            payment_intent=purchase.payment_intent, amount=amount,
            key=str(ledger.key_for("purchase.refund", purchase.id, purchase.refunded, amount)),
        )  # fmt: skip
    with transaction.atomic():
        locked = locks.purchase(purchase.id)
        # Stripe's own news may have been faster: then it is done.
        if locked.refunded < purchase.refunded + amount:
            take_back(locked, refunded=purchase.refunded + amount, reason=reason, actor=actor, now=now)
    return locked


def _reverse(purchase: Purchase, share: Fraction, *, reason: str, actor: Actor, now: dt.datetime) -> bool:
    """Take back the unused part of `share`, and return its cost. Whether all of the share could be taken back."""
    merchant_locks.merchant(purchase.merchant_id)  # nothing is generated meanwhile: the balances stand
    taken, due = {}, {}
    for unit, amount in purchase.credits.items():
        due[unit] = int(amount * share) - getattr(purchase, f"reversed_{unit}")
        taken[unit] = max(0, min(due[unit], balances.wallet_of_merchant(purchase.merchant_id, unit).available))
        setattr(purchase, f"reversed_{unit}", getattr(purchase, f"reversed_{unit}") + taken[unit])
    time_back = _take_time_back(purchase, share, reason=reason, actor=actor, now=now)
    target = int(purchase.cost * min(_reversed_share(purchase, time_back), share))
    cost_back = max(0, target - purchase.returned_cost) if purchase.agent_id else 0
    purchase.returned_cost += cost_back
    _post(purchase, taken, cost_back, reason=reason, actor=actor, now=now)
    return taken == due and time_back in {None, Fraction(1)}


def _take_time_back(
    purchase: Purchase, share: Fraction, *, reason: str, actor: Actor, now: dt.datetime
) -> Fraction | None:
    """End a plan whose fee was refunded whole; the part of its time that was unused. None: the purchase gave no time.

    A plan is taken back by a whole refund only; a part of its price is a matter for a person.
    """
    if purchase.kind != Kind.ANNUAL_FEE or purchase.plan_from is None or purchase.plan_until is None:
        return None
    if share < 1 or purchase.reversed_plan:
        return Fraction(0)
    unused = max(dt.timedelta(), purchase.plan_until - max(now, purchase.plan_from))
    lifecycle.take_time_back(merchant_id=purchase.merchant_id, unused=unused, actor=actor, now=now, reason=reason)
    purchase.reversed_plan = True
    second = dt.timedelta(seconds=1)
    return Fraction(unused // second, (purchase.plan_until - purchase.plan_from) // second)


def _reversed_share(purchase: Purchase, time_back: Fraction | None) -> Fraction:
    """How much of the purchase has gone back: of its parts the one that went back least, so nothing is paid twice."""
    parts = [Fraction(getattr(purchase, f"reversed_{unit}"), amount) for unit, amount in purchase.credits.items()]
    if time_back is not None:
        parts.append(time_back)
    return min(parts, default=Fraction(1))


def _post(
    purchase: Purchase, taken: dict[str, int], cost_back: int, *, reason: str, actor: Actor, now: dt.datetime
) -> None:
    moved = []
    for unit, amount in taken.items():
        if amount:
            moved.append(legs.merchant_wallet(purchase.merchant_id, unit, -amount, Action.ADJUSTMENT))
            moved.append(legs.far_side(AccountKind.ISSUED, unit, amount))
    if cost_back:
        moved.append(
            Leg(AccountKind.WALLET, purchase.currency, cost_back, OwnerType.AGENT, purchase.agent_id,
                action=Action.REFUND)
        )  # fmt: skip
        moved.append(legs.far_side(AccountKind.REVENUE, purchase.currency, -cost_back))
    if moved:
        purchase.reversals += 1
        ledger.post(
            key=ledger.key_for("purchase.reverse", purchase.id, purchase.reversals), kind="purchase.reverse",
            legs=moved, related=ledger.Related("purchase", purchase.id), merchant_id=purchase.merchant_id,
            reason=reason or str(TOOK_BACK), actor=actor, now=now,
        )  # fmt: skip
