"""From paid to given. Webhook, success page and sweep all come here, in any order and as often as they like.

The purchase's row lock makes them take turns; whoever is first settles, the rest find it done. Giving is one ledger
transfer under a key made of the purchase's id, in the transaction that begins the plan and writes the invoice.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from agents.payments.services import gateway
from agents.payments.services.gateway import Session
from agents.purchases import locks
from agents.purchases.choices import UNPAID, Problem, State
from agents.purchases.models import Purchase
from agents.purchases.services import mails, papers, plans
from agents.services import wallets as money
from credits.choices import AccountKind, Action, OwnerType
from credits.services import ledger, legs
from credits.services.legs import Leg
from credits.services.wallets import open_for_agent, open_for_merchant

ASK_AGAIN = dt.timedelta(minutes=10)


def settle(*, reference: uuid.UUID, session: Session, actor: Actor, now: dt.datetime) -> Purchase:
    """Do what Stripe's checkout says of the purchase `reference`: paid, expired, or nothing yet. At level site.

    What was paid differently from the order gives nothing and is marked for a person. Raises NoSuchPurchase.
    """
    failed = _has_failed(session)
    with transaction.atomic():
        purchase = locks.purchase(reference)
        if failed or session.status == "expired":
            state = State.FAILED if failed else State.EXPIRED
            # An older attempt that ran out says nothing about the one that is open.
            if purchase.state == State.PENDING_PAYMENT and purchase.session_id in {"", session.id}:
                _end(purchase, state, actor=actor, now=now)
        elif session.status == "complete" and session.payment_status != "unpaid":
            _take_payment(purchase, session, actor=actor, now=now)
        elif purchase.state == State.PENDING_PAYMENT:
            purchase.ask_at = now + ASK_AGAIN
            purchase.save(update_fields=["ask_at"])
    return purchase


def take_offline(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    """The same for what was paid outside. The caller holds the purchase's lock, in a transaction."""
    _paid(purchase, actor=actor, now=now)


def complete_waiting(*, actor: Actor, now: dt.datetime, limit: int = 1000) -> int:
    """Give what waits for the agent's wallet, oldest payment first, until the money ends; how many were given.

    Several may run at once: each takes the oldest that nobody else holds.
    """
    given = 0
    while given < limit:
        with transaction.atomic():
            purchase = locks.next_waiting()
            if purchase is None or not _give(purchase, actor=actor, now=now):
                return given
            given += 1
    return given


def flag(purchase: Purchase, problem: Problem, *, actor: Actor, now: dt.datetime) -> None:
    """Mark it for a person, once for each problem."""
    if purchase.needs_person and purchase.problem == problem:
        return
    purchase.needs_person, purchase.problem = True, problem
    purchase.save(update_fields=["needs_person", "problem"])
    audit.record("purchase.needs_person", purchase, actor=actor, now=now, after={"problem": str(problem)})
    mails.announce(mails.NEEDS_PERSON, purchase, now=now)


def _has_failed(session: Session) -> bool:
    """Whether a delayed payment, promised at the checkout, did not come after all: only the payment itself says so."""
    if session.status != "complete" or session.payment_status != "unpaid" or not session.payment_intent:
        return False
    return gateway.read_payment(session.payment_intent).status in {"requires_payment_method", "canceled"}


def _take_payment(purchase: Purchase, session: Session, *, actor: Actor, now: dt.datetime) -> None:
    if purchase.state not in UNPAID:
        if session.payment_intent and session.payment_intent != purchase.payment_intent:
            flag(purchase, Problem.SECOND_PAYMENT, actor=actor, now=now)
        return
    problem = _differs(purchase, session)
    if problem:
        flag(purchase, problem, actor=actor, now=now)
        return
    purchase.session_id = session.id
    purchase.payment_intent = session.payment_intent or ""
    _paid(purchase, actor=actor, now=now)


def _differs(purchase: Purchase, session: Session) -> Problem | None:
    """In what the payment differs from the order."""
    if session.reference != purchase.id or session.kind != "purchase":
        return Problem.REFERENCE
    if session.currency.upper() != purchase.currency:
        return Problem.CURRENCY
    if session.amount != purchase.retail:
        return Problem.AMOUNT
    if purchase.session_id and session.livemode != purchase.livemode:
        return Problem.MODE
    return None


def _paid(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> None:
    before = purchase.state
    purchase.paid_at, purchase.ask_at = now, None
    purchase.session_url = ""
    # Between two lines only: what is paid is given, or waits for the wallet.
    purchase.state = State.PENDING_WALLET
    purchase.save()
    audit.record(
        "purchase.paid", purchase, actor=actor, now=now, before={"state": before},
        after={"state": "paid", "amount": purchase.retail, "currency": purchase.currency},
    )  # fmt: skip
    papers.issue_invoice(purchase, now=now)
    if not _give(purchase, actor=actor, now=now):
        plans.waits_for_wallet(purchase, actor=actor, now=now)
        mails.announce(mails.WAITS_FOR_WALLET, purchase, now=now)


def _give(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> bool:
    """Money from the agent's wallet, credits to the merchant, time for its plan: all, or False and nothing."""
    try:
        with transaction.atomic():
            plans.begin(purchase, actor=actor, now=now)
            posted = _post(purchase, actor=actor, now=now)
            purchase.state, purchase.completed_at = State.COMPLETED, now
            purchase.save()
            audit.record(
                "purchase.completed", purchase, actor=actor, now=now, before={"state": "paid"},
                after={"state": State.COMPLETED.value, **purchase.credits},
            )  # fmt: skip
            mails.announce(mails.COMPLETED, purchase, now=now)
            if posted and purchase.agent_id and purchase.cost:
                money.note_spent(
                    agent_id=purchase.agent_id, spent=purchase.cost, now=now,
                    balance=posted.balance(owner_type=OwnerType.AGENT),
                )  # fmt: skip
    except ledger.InsufficientCredits:
        purchase.refresh_from_db()
        return False
    return True


def _post(purchase: Purchase, *, actor: Actor, now: dt.datetime) -> legs.Posted | None:
    """The one transfer of a purchase. None where nothing moves: a fee without credits on the platform's own site."""
    moved = [*_money(purchase), *_credits(purchase)]
    if not moved:
        return None
    if purchase.agent_id:
        open_for_agent(agent_id=purchase.agent_id, currency=purchase.currency, now=now)
    open_for_merchant(merchant_id=purchase.merchant_id, now=now)
    return ledger.post(
        key=ledger.key_for("purchase", purchase.id), kind="purchase", legs=moved, actor=actor, now=now,
        related=ledger.Related("purchase", purchase.id), merchant_id=purchase.merchant_id,
    )  # fmt: skip


def _money(purchase: Purchase) -> list[Leg]:
    if not (purchase.agent_id and purchase.cost):
        return []
    return [
        Leg(AccountKind.WALLET, purchase.currency, -purchase.cost, OwnerType.AGENT, purchase.agent_id,
            action=Action.DEDUCT),
        legs.far_side(AccountKind.REVENUE, purchase.currency, purchase.cost),
    ]  # fmt: skip


def _credits(purchase: Purchase) -> list[Leg]:
    moved = []
    for unit, amount in purchase.credits.items():
        moved.append(legs.merchant_wallet(purchase.merchant_id, unit, amount, Action.PURCHASE))
        moved.append(legs.far_side(AccountKind.ISSUED, unit, -amount))
    return moved


def _end(purchase: Purchase, state: State, *, actor: Actor, now: dt.datetime) -> None:
    purchase.state, purchase.ask_at, purchase.session_url = state, None, ""
    purchase.save(update_fields=["state", "ask_at", "session_url"])
    audit.record(
        f"purchase.{state.value}", purchase, actor=actor, now=now, before={"state": "pending_payment"},
        after={"state": state.value},
    )  # fmt: skip
    plans.let_go(purchase, actor=actor, now=now)
