"""Money: payment intents, charges, refunds, disputes and the balance of an account."""

from __future__ import annotations

import time
from typing import Any

from standins.stripe.state import State
from standins.stripe.wire import Json, invalid, metadata, new_id, whole

REASONS = {"duplicate", "fraudulent", "requested_by_customer"}


def make_intent(state: State, owner: str, session: Json, *, status: str) -> Json:
    """The payment intent of a session whose payer has pressed a button."""
    return state.put(
        owner,
        {
            "id": new_id("pi"), "object": "payment_intent", "amount": session["amount_total"], "amount_received": 0,
            "amount_capturable": 0, "currency": session["currency"], "status": status, "livemode": session["livemode"],
            "created": int(time.time()), "latest_charge": None, "last_payment_error": None,
            "capture_method": "automatic", "customer": None, "description": None,
            "receipt_email": session["customer_email"],
            "metadata": dict(state.hidden(session["id"])["intent_metadata"]), "payment_method_types": ["card"],
            "canceled_at": None, "cancellation_reason": None,
        },
        session=session["id"],
    )  # fmt: skip


def charge(state: State, owner: str, intent: Json, *, email: str = "", name: str = "") -> Json:
    """The intent's money comes in."""
    made = state.put(
        owner,
        {
            "id": new_id("ch"), "object": "charge", "amount": intent["amount"], "amount_captured": intent["amount"],
            "amount_refunded": 0, "refunded": False, "disputed": False, "paid": True, "captured": True,
            "status": "succeeded", "currency": intent["currency"], "payment_intent": intent["id"],
            "metadata": dict(intent["metadata"]), "livemode": intent["livemode"], "created": int(time.time()),
            "balance_transaction": new_id("txn"), "customer": None, "description": None, "failure_code": None,
            "billing_details": {"email": email or None, "name": name or None, "phone": None, "address": None},
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
            "outcome": {"network_status": "approved_by_network", "type": "authorized"},
        },
    )  # fmt: skip
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": made["id"]}
    state.emit(owner, "payment_intent.succeeded", intent)
    state.emit(owner, "charge.succeeded", made)
    return made


def intent_error(intent: Json, message: str) -> None:
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": {"type": "card_error", "code": "card_declined", "message": message},
    }


def charge_of(state: State, owner: str, params: Json) -> Json:
    """The charge that `payment_intent` or `charge` names. Raises ApiError."""
    if params.get("charge"):
        return state.get(owner, "charge", params["charge"])
    if not params.get("payment_intent"):
        raise invalid("One of the following params should be provided: charge, payment_intent.", param="payment_intent")
    intent = state.get(owner, "payment_intent", params["payment_intent"])
    if not intent["latest_charge"]:
        raise invalid("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
    return state.get(owner, "charge", intent["latest_charge"])


def refund(state: State, owner: str, params: Json, request: Json | None = None) -> Json:
    """Give back all or part of a charge. Raises ApiError."""
    paid = charge_of(state, owner, params)
    left = paid["amount"] - paid["amount_refunded"]
    if params.get("reason") and params["reason"] not in REASONS:
        raise invalid(f"Invalid reason: must be one of {', '.join(sorted(REASONS))}", param="reason")
    if left == 0:
        raise invalid(f"Charge {paid['id']} has already been refunded.", code="charge_already_refunded")
    if paid["disputed"]:
        raise invalid(f"Charge {paid['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    amount = whole(params.get("amount", left), "amount", least=1)
    if amount > left:
        raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
    made = state.put(
        owner,
        {
            "id": new_id("re"), "object": "refund", "amount": amount, "currency": paid["currency"],
            "charge": paid["id"], "payment_intent": paid["payment_intent"], "status": "succeeded",
            "reason": params.get("reason"), "metadata": metadata(params.get("metadata")), "created": int(time.time()),
            "balance_transaction": new_id("txn"), "receipt_number": None,
        },
    )  # fmt: skip
    paid |= {"amount_refunded": paid["amount_refunded"] + amount, "refunded": amount == left}
    state.emit(owner, "refund.created", made, request=request)
    state.emit(owner, "charge.refunded", paid, request=request)
    return made


def dispute(state: State, owner: str, intent_id: str, amount: Any = None) -> Json:
    """The payer's bank takes the money back."""
    paid = charge_of(state, owner, {"payment_intent": intent_id})
    if paid["disputed"]:
        raise invalid("This charge is disputed already.")
    made = state.put(
        owner,
        {
            "id": new_id("du"), "object": "dispute", "amount": whole(amount or paid["amount"], "amount", least=1),
            "currency": paid["currency"], "charge": paid["id"], "payment_intent": paid["payment_intent"],
            "status": "needs_response", "reason": "fraudulent", "created": int(time.time()), "metadata": {},
            "livemode": paid["livemode"], "is_charge_refundable": False,
            "evidence_details": {"due_by": int(time.time()) + 7 * 86400, "has_evidence": False, "past_due": False},
        },
        withdrawn=True,
    )  # fmt: skip
    paid["disputed"] = True
    state.emit(owner, "charge.dispute.created", made)
    state.emit(owner, "charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(state: State, owner: str, dispute_id: str, status: str) -> Json:
    """The bank has decided: `won` gives the money back."""
    if status not in {"won", "lost"}:
        raise invalid("status is won or lost", param="status")
    found = state.get(owner, "dispute", dispute_id)
    if found["status"] in {"won", "lost"}:
        raise invalid("This dispute is closed already.")
    found["status"] = status
    if status == "won":
        state.hidden(dispute_id)["withdrawn"] = False
        state.emit(owner, "charge.dispute.funds_reinstated", found)
    state.emit(owner, "charge.dispute.closed", found)
    return found


def balance(state: State, owner: str) -> dict[str, int]:
    """What the account has, by currency, in minor units."""
    sums: dict[str, int] = {}
    for paid in state.all(owner, "charge"):
        sums[paid["currency"]] = sums.get(paid["currency"], 0) + paid["amount_captured"]
    for given in state.all(owner, "refund"):
        sums[given["currency"]] -= given["amount"]
    for found in state.all(owner, "dispute"):
        if state.hidden(found["id"])["withdrawn"]:
            sums[found["currency"]] -= found["amount"]
    return sums
