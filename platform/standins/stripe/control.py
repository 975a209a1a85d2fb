"""What a test or a person may do to the stand-in: `/_control/…`, JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from standins.stripe import api, payments, sessions
from standins.stripe.state import State, owner_of, wants
from standins.stripe.wire import Json, invalid

Act = Callable[[State, Json], Json]


def _named(params: Json, name: str) -> str:
    if not params.get(name):
        raise invalid(f"Say {name}.", param=name)
    return str(params[name])


def pay(state: State, params: Json) -> Json:
    owner, found = state.any(sessions.KIND, _named(params, "session"))
    return sessions.pay(state, owner, found["id"], outcome=params.get("outcome", "paid"))


def arrive(state: State, params: Json) -> Json:
    owner, found = state.any(sessions.KIND, _named(params, "session"))
    return sessions.arrive(state, owner, found["id"], outcome=params.get("outcome", "succeeded"))


def expire(state: State, params: Json) -> Json:
    owner, found = state.any(sessions.KIND, _named(params, "session"))
    return sessions.expire(state, owner, found["id"])


def refund(state: State, params: Json) -> Json:
    owner, found = state.any("payment_intent", _named(params, "payment_intent"))
    asked = {"payment_intent": found["id"], **({"amount": params["amount"]} if params.get("amount") else {})}
    return payments.refund(state, owner, asked)


def dispute(state: State, params: Json) -> Json:
    owner, found = state.any("payment_intent", _named(params, "payment_intent"))
    return payments.dispute(state, owner, found["id"], params.get("amount"))


def close_dispute(state: State, params: Json) -> Json:
    owner, found = state.any("dispute", _named(params, "dispute"))
    return payments.close_dispute(state, owner, found["id"], params.get("status", "won"))


def endpoint(state: State, params: Json) -> Json:
    owner = owner_of(_named(params, "account"), params.get("mode", "test"))
    asked = {"url": params.get("url", ""), "enabled_events": params.get("events", ["*"])}
    made = api.make_endpoint(state, owner, asked)
    return {"id": made["id"], "secret": state.hidden(made["id"])["secret"]}


def webhooks(state: State, params: Json) -> Json:
    account = _named(params, "account")
    switches = state.switches(account)
    kinds: dict[str, Callable[[Any], Any]] = {
        "hold": lambda value: str(value).lower() in {"1", "true", "on"}, "duplicate": int, "delay": float,
        "reorder": int, "drop": int,
    }  # fmt: skip
    for name, kind in kinds.items():
        if name in params:
            switches[name] = kind(params[name])
    if not switches["hold"] and not switches["reorder"]:
        state.release(account)
    return switches


def release(state: State, params: Json) -> Json:
    account = _named(params, "account")
    return {"released": state.release(account, events=params.get("events"), reverse=bool(params.get("reverse")))}


def resend(state: State, params: Json) -> Json:
    owner, event = state.any("event", _named(params, "event"))
    endpoints = [found for found in state.all(owner, "webhook_endpoint") if wants(found, event["type"])]
    for found in endpoints:
        state.plan(owner.split("/")[0], event["id"], found["id"])
    return {"endpoints": len(endpoints)}


def close(state: State, params: Json) -> Json:
    account = state.account(_named(params, "account"))
    account["open"] = False
    return account


def open_again(state: State, params: Json) -> Json:
    account = state.account(_named(params, "account"))
    account["open"] = True
    return account


def reset(state: State, params: Json) -> Json:
    state.reset()
    return {"reset": True}


ACTS: dict[str, Act] = {
    "pay": pay, "arrive": arrive, "expire": expire, "refund": refund, "dispute": dispute,
    "dispute/close": close_dispute, "endpoint": endpoint, "webhooks": webhooks, "release": release, "resend": resend,
    "fault": api.set_fault, "close": close, "open": open_again, "reset": reset,
}  # fmt: skip


def account_view(state: State, name: str, mode: str) -> Json:
    """Everything of an account in one mode."""
    owner = owner_of(name, mode)
    events = state.all(owner, "event")
    ids = {event["id"] for event in events}
    return {
        "account": state.account(name), "mode": mode, "balance": payments.balance(state, owner),
        "sessions": state.all(owner, sessions.KIND), "payments": state.all(owner, "payment_intent"),
        "charges": state.all(owner, "charge"), "refunds": state.all(owner, "refund"),
        "disputes": state.all(owner, "dispute"), "endpoints": state.all(owner, "webhook_endpoint"), "events": events,
        "deliveries": [d for d in state.data["deliveries"] if d["event"] in ids], "switches": state.switches(name),
    }  # fmt: skip
