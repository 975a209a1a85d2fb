"""Checkout Sessions: made by the API, ended by the payer on the hosted page or by time."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlsplit

from standins.stripe import payments
from standins.stripe.state import Caller, State
from standins.stripe.wire import Json, invalid, metadata, new_id, whole

KIND = "checkout.session"
KNOWN = {
    "adaptive_pricing", "billing_address_collection", "cancel_url", "client_reference_id", "currency", "customer",
    "customer_creation", "customer_email", "expires_at", "invoice_creation", "line_items", "locale", "metadata", "mode",
    "payment_intent_data", "payment_method_types", "phone_number_collection", "submit_type", "success_url", "ui_mode",
    "expand",
}  # fmt: skip
# Stripe speaks no Arabic on its page.
LOCALES = {
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu",
    "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th",
    "tr", "vi", "zh", "zh-HK", "zh-TW",
}  # fmt: skip
HALF_HOUR, DAY = 1800, 24 * 3600


def create(state: State, caller: Caller, params: Json, *, base: str, request: Json) -> Json:
    """A new open session. Raises ApiError."""
    unknown = set(params) - KNOWN
    if unknown:
        name = sorted(unknown)[0]
        raise invalid(f"Received unknown parameter: {name}", param=name, code="parameter_unknown")
    if params.get("mode") != "payment":
        raise invalid("Invalid mode: must be payment here", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("Invalid ui_mode: must be hosted_page here", param="ui_mode")
    if params.get("locale", "auto") not in LOCALES:
        raise invalid(f"Invalid locale: {params['locale']}", param="locale")
    if len(params.get("client_reference_id", "")) > 200:
        raise invalid("client_reference_id is too long", param="client_reference_id")
    lines = _lines(params.get("line_items"))
    currency = lines[0]["currency"]
    now = int(time.time())
    session_id = new_id(f"cs_{caller.mode}", 32)
    pricing = params.get("adaptive_pricing", {})
    session = {
        "id": session_id, "object": KIND, "mode": "payment", "status": "open", "payment_status": "unpaid",
        "amount_subtotal": sum(line["amount_total"] for line in lines),
        "amount_total": sum(line["amount_total"] for line in lines), "currency": currency, "created": now,
        "expires_at": _expiry(params.get("expires_at"), now), "livemode": caller.livemode,
        "client_reference_id": params.get("client_reference_id") or None, "metadata": metadata(params.get("metadata")),
        "customer": None, "customer_email": _email(params.get("customer_email")), "customer_details": None,
        "payment_intent": None, "payment_method_types": ["card"], "locale": params.get("locale"),
        "success_url": _address(params.get("success_url"), "success_url"),
        "cancel_url": _address(params["cancel_url"], "cancel_url") if params.get("cancel_url") else None,
        "ui_mode": "hosted_page", "url": f"{base}/pay/{session_id}", "presentment_details": None,
        "adaptive_pricing": {"enabled": _group(pricing, "adaptive_pricing").get("enabled") == "true"},
    }  # fmt: skip
    intent = _group(params.get("payment_intent_data", {}), "payment_intent_data")
    extra = {"lines": lines, "intent_metadata": metadata(intent.get("metadata"), "payment_intent_data[metadata]")}
    return state.put(caller.owner, session, **extra)


def _lines(items: Any) -> list[Json]:
    if not isinstance(items, list) or not items:
        raise invalid("Missing required param: line_items.", param="line_items", code="parameter_missing")
    if len(items) > 100:
        raise invalid("At most 100 line items.", param="line_items")
    lines = [_line(item, number) for number, item in enumerate(items)]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    if sum(line["amount_total"] for line in lines) < 1:
        raise invalid("The total amount must be greater than zero.", code="amount_too_small")
    return lines


def _group(value: Any, param: str) -> Json:
    if not isinstance(value, dict):
        raise invalid("Invalid object", param=param)
    return value


def _line(item: Json, number: int) -> Json:
    where = f"line_items[{number}]"
    price = _group(_group(item, where).get("price_data"), f"{where}[price_data]")
    name = _group(price.get("product_data"), f"{where}[price_data][product_data]").get("name")
    if not name:
        raise invalid("Missing required param.", param=f"{where}[price_data][product_data][name]")
    currency = price.get("currency", "")
    if not re.fullmatch("[a-z]{3}", currency.lower()):
        raise invalid(f"Invalid currency: {currency}", param=f"{where}[price_data][currency]")
    quantity = whole(item.get("quantity"), f"{where}[quantity]", least=1)
    unit = whole(price.get("unit_amount"), f"{where}[price_data][unit_amount]")
    return {
        "id": new_id("li"), "object": "item", "description": name, "quantity": quantity, "currency": currency.lower(),
        "amount_subtotal": unit * quantity, "amount_total": unit * quantity, "amount_tax": 0, "amount_discount": 0,
        "price": {"object": "price", "unit_amount": unit, "currency": currency.lower()},
    }  # fmt: skip


def _expiry(value: Any, now: int) -> int:
    if value is None:
        return now + DAY
    wanted = whole(value, "expires_at")
    if not now + HALF_HOUR - 60 <= wanted <= now + DAY + 60:
        raise invalid("expires_at must be between 30 minutes and 24 hours from now.", param="expires_at")
    return wanted


def _address(value: Any, param: str) -> str:
    if not value:
        raise invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")
    if urlsplit(str(value)).scheme not in {"http", "https"}:
        raise invalid("Not a valid URL", param=param, code="url_invalid")
    return str(value)


def _email(value: Any) -> str | None:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(value)):
        raise invalid(f"Invalid email address: {value}", param="customer_email", code="email_invalid")
    return value or None


def expire(state: State, owner: str, session_id: str) -> Json:
    """End an open session. Raises ApiError for one that is not open."""
    session = state.get(owner, KIND, session_id)
    if session["status"] != "open":
        raise invalid(f"Only open Checkout Sessions can be expired; this one is {session['status']}.")
    session |= {"status": "expired", "url": None}
    state.emit(owner, "checkout.session.expired", session)
    return session


def expire_old(state: State) -> None:
    """End the sessions whose time has passed."""
    now = time.time()
    for kept in list(state.data["objects"].values()):
        found = kept["object"]
        if found["object"] == KIND and found["status"] == "open" and found["expires_at"] <= now:
            expire(state, kept["owner"], found["id"])


def pay(state: State, owner: str, session_id: str, *, outcome: str, email: str = "", name: str = "") -> Json:
    """What the payer did: `paid`, `later` (the money comes another day) or `declined`. Raises ApiError."""
    session = state.get(owner, KIND, session_id)
    if session["status"] != "open":
        raise invalid(f"This session is {session['status']}.")
    intent = _intent(state, owner, session)
    if outcome == "declined":
        payments.intent_error(intent, "Your card was declined.")
        state.emit(owner, "payment_intent.payment_failed", intent)
        return session
    if outcome not in {"paid", "later"}:
        raise invalid("outcome is paid, later or declined", param="outcome")
    email = email or session["customer_email"] or "payer@example.com"
    session |= {
        "status": "complete", "url": None, "payment_intent": intent["id"],
        "customer_details": {"email": email, "name": name or None, "phone": None, "address": None},
    }  # fmt: skip
    if outcome == "paid":
        payments.charge(state, owner, intent, email=email, name=name)
        session["payment_status"] = "paid"
    else:
        intent["status"] = "processing"
        state.emit(owner, "payment_intent.processing", intent)
    state.emit(owner, "checkout.session.completed", session)
    return session


def _intent(state: State, owner: str, session: Json) -> Json:
    """The session's intent: the one of an earlier, declined attempt, else a new one."""
    kept = state.hidden(session["id"]).get("intent")
    if kept:
        return state.get(owner, "payment_intent", kept)
    made = payments.make_intent(state, owner, session, status="requires_payment_method")
    state.hidden(session["id"])["intent"] = made["id"]
    return made


def arrive(state: State, owner: str, session_id: str, *, outcome: str) -> Json:
    """The end of a payment that was made later: `succeeded` or `failed`. Raises ApiError."""
    session = state.get(owner, KIND, session_id)
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        raise invalid("No payment of this session is under way.")
    intent = state.get(owner, "payment_intent", session["payment_intent"])
    if intent["status"] != "processing":
        raise invalid("No payment of this session is under way.")
    if outcome == "succeeded":
        payments.charge(state, owner, intent, email=session["customer_details"]["email"])
        session["payment_status"] = "paid"
        state.emit(owner, "checkout.session.async_payment_succeeded", session)
    else:
        payments.intent_error(intent, "The payment did not arrive.")
        state.emit(owner, "payment_intent.payment_failed", intent)
        state.emit(owner, "checkout.session.async_payment_failed", session)
    return session
