"""The routes of Stripe's API, version 1."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from standins.stripe import payments, sessions
from standins.stripe.state import Caller, State
from standins.stripe.wire import API_VERSION, ApiError, Json, invalid, metadata, new_id, page_of, whole


@dataclass(frozen=True)
class Request:
    """One call: who asks, with what, and where pages of ours are."""

    caller: Caller
    params: Json
    base: str
    key: str = ""
    id: str = ""

    @property
    def source(self) -> Json:
        return {"id": self.id, "idempotency_key": self.key or None}


Answer = Callable[[State, Request, str], Json]
ROUTES: list[tuple[str, re.Pattern[str], str, Answer]] = []


def route(method: str, path: str, right: str) -> Callable[[Answer], Answer]:
    """Serve `path` (`:id` for one part) to keys that have `right`."""

    def register(function: Answer) -> Answer:
        pattern = re.compile("^/v1/" + path.replace(":id", "(?P<id>[^/]+)") + "$")
        ROUTES.append((method, pattern, right, function))
        return function

    return register


def answer(state: State, method: str, path: str, request: Request) -> Json:
    """Find the route and run it. Raises ApiError."""
    for wanted, pattern, right, function in ROUTES:
        match = pattern.match(path)
        if wanted == method and match:
            request.caller.need(right)
            if method != "GET":
                request.caller.need(f"write:{right}")
            return function(state, request, match.groupdict().get("id", ""))
    raise invalid(f"Unrecognized request URL ({method}: {path}).", status=404)


@route("POST", "checkout/sessions", "nocheckout")
def create_session(state: State, request: Request, _id: str) -> Json:
    return sessions.create(state, request.caller, request.params, base=request.base, request=request.source)


@route("GET", "checkout/sessions", "nocheckout")
def list_sessions(state: State, request: Request, _id: str) -> Json:
    wanted = request.params.get("payment_intent")
    found = [s for s in state.all(request.caller.owner, sessions.KIND) if wanted in (None, s["payment_intent"])]
    return page_of(found, request.params, "/v1/checkout/sessions")


@route("GET", "checkout/sessions/:id", "nocheckout")
def get_session(state: State, request: Request, found: str) -> Json:
    return state.get(request.caller.owner, sessions.KIND, found)


@route("GET", "checkout/sessions/:id/line_items", "nocheckout")
def get_lines(state: State, request: Request, found: str) -> Json:
    state.get(request.caller.owner, sessions.KIND, found)
    return page_of(state.hidden(found)["lines"], request.params, f"/v1/checkout/sessions/{found}/line_items")


@route("POST", "checkout/sessions/:id/expire", "nocheckout")
def expire_session(state: State, request: Request, found: str) -> Json:
    return sessions.expire(state, request.caller.owner, found)


@route("GET", "payment_intents/:id", "nopayments")
def get_intent(state: State, request: Request, found: str) -> Json:
    intent = dict(state.get(request.caller.owner, "payment_intent", found))
    if "latest_charge" in (request.params.get("expand") or []) and intent["latest_charge"]:
        intent["latest_charge"] = state.get(request.caller.owner, "charge", intent["latest_charge"])
    return intent


@route("GET", "charges/:id", "nopayments")
def get_charge(state: State, request: Request, found: str) -> Json:
    return state.get(request.caller.owner, "charge", found)


@route("POST", "refunds", "norefunds")
def create_refund(state: State, request: Request, _id: str) -> Json:
    return payments.refund(state, request.caller.owner, request.params, request.source)


@route("GET", "refunds/:id", "norefunds")
def get_refund(state: State, request: Request, found: str) -> Json:
    return state.get(request.caller.owner, "refund", found)


@route("GET", "refunds", "norefunds")
def list_refunds(state: State, request: Request, _id: str) -> Json:
    return page_of(_of_payment(state, request, "refund"), request.params, "/v1/refunds")


@route("GET", "disputes/:id", "nodisputes")
def get_dispute(state: State, request: Request, found: str) -> Json:
    return state.get(request.caller.owner, "dispute", found)


@route("GET", "disputes", "nodisputes")
def list_disputes(state: State, request: Request, _id: str) -> Json:
    return page_of(_of_payment(state, request, "dispute"), request.params, "/v1/disputes")


def _of_payment(state: State, request: Request, kind: str) -> list[Json]:
    """What belongs to the charge or intent that the query names; all without one."""
    asked = {name: request.params[name] for name in ("charge", "payment_intent") if name in request.params}
    return [f for f in state.all(request.caller.owner, kind) if all(f[n] == v for n, v in asked.items())]


@route("GET", "events/:id", "noevents")
def get_event(state: State, request: Request, found: str) -> Json:
    return state.get(request.caller.owner, "event", found)


@route("GET", "events", "noevents")
def list_events(state: State, request: Request, _id: str) -> Json:
    kind = request.params.get("type")
    found = [event for event in state.all(request.caller.owner, "event") if kind in (None, event["type"])]
    return page_of(found, request.params, "/v1/events")


@route("GET", "balance", "nobalance")
def get_balance(state: State, request: Request, _id: str) -> Json:
    sums = payments.balance(state, request.caller.owner)
    amounts = [{"amount": amount, "currency": currency} for currency, amount in sorted(sums.items())]
    return {"object": "balance", "livemode": request.caller.livemode, "available": amounts, "pending": []}


@route("GET", "account", "noaccount")
def get_account(state: State, request: Request, _id: str) -> Json:
    account = state.account(request.caller.account)
    return {
        "id": account["id"], "object": "account", "charges_enabled": True, "payouts_enabled": True,
        "details_submitted": True, "country": "SA", "default_currency": "sar", "type": "standard",
        "business_profile": {"name": account["name"]},
        "settings": {"dashboard": {"display_name": account["name"], "timezone": "Etc/UTC"}},
    }  # fmt: skip


@route("POST", "webhook_endpoints", "nowebhooks")
def create_endpoint(state: State, request: Request, _id: str) -> Json:
    made = make_endpoint(state, request.caller.owner, request.params)
    return {**made, "secret": state.hidden(made["id"])["secret"]}  # shown this once


def make_endpoint(state: State, owner: str, params: Json) -> Json:
    """A webhook endpoint with a secret of its own. Raises ApiError."""
    address = str(params.get("url", ""))
    if not re.match(r"^https?://[^/\s]+", address):
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param="url")
    events = params.get("enabled_events")
    if not isinstance(events, list) or not events:
        raise invalid("Missing required param: enabled_events.", param="enabled_events", code="parameter_missing")
    if len(state.all(owner, "webhook_endpoint")) >= 16:
        raise invalid("You have reached the maximum of 16 webhook endpoints.")
    return state.put(
        owner,
        {
            "id": new_id("we"), "object": "webhook_endpoint", "url": address, "enabled_events": events,
            "status": "enabled", "created": int(time.time()), "api_version": params.get("api_version", API_VERSION),
            "livemode": owner.endswith("/live"), "description": params.get("description"), "application": None,
            "metadata": metadata(params.get("metadata")),
        },
        secret=new_id("whsec", 32),
    )  # fmt: skip


@route("GET", "webhook_endpoints", "nowebhooks")
def list_endpoints(state: State, request: Request, _id: str) -> Json:
    return page_of(state.all(request.caller.owner, "webhook_endpoint"), request.params, "/v1/webhook_endpoints")


@route("GET", "webhook_endpoints/:id", "nowebhooks")
def get_endpoint(state: State, request: Request, found: str) -> Json:
    return state.get(request.caller.owner, "webhook_endpoint", found)


@route("DELETE", "webhook_endpoints/:id", "nowebhooks")
def delete_endpoint(state: State, request: Request, found: str) -> Json:
    state.get(request.caller.owner, "webhook_endpoint", found)
    state.remove(found)
    return {"id": found, "object": "webhook_endpoint", "deleted": True}


def fault_for(state: State, account: str, method: str, path: str) -> Json | None:
    """The fault that somebody switched on for this call; it is used up by it."""
    for fault in state.data["faults"]:
        if fault["account"] not in ("", account) or fault["method"] not in ("", method):
            continue
        if not path.startswith(fault["path"]) or fault["times"] == 0:
            continue
        if fault["times"] > 0:
            fault["times"] -= 1
        state.data["faults"] = [left for left in state.data["faults"] if left["times"] != 0]
        found: Json = fault
        return found
    return None


def set_fault(state: State, params: Json) -> Json:
    """Switch a fault on, or (times 0) all of its account off. Raises ApiError."""
    account = str(params.get("account", ""))
    times = int(params.get("times", 1))
    if times == 0:
        state.data["faults"] = [fault for fault in state.data["faults"] if fault["account"] != account]
        return {"faults": state.data["faults"]}
    if not any(params.get(name) for name in ("status", "hang", "cut")):
        raise invalid("Say status, hang or cut.")
    fault = {
        "account": account, "method": params.get("method", ""), "path": params.get("path", ""), "times": times,
        "after": bool(params.get("after")), "status": whole(params.get("status", 0), "status"),
        "hang": float(params.get("hang", 0)), "cut": bool(params.get("cut")),
    }  # fmt: skip
    state.data["faults"].append(fault)
    return {"faults": state.data["faults"]}


def fault_error(status: int) -> ApiError:
    """What Stripe says when it is not well."""
    if status == 429:
        return ApiError(429, "invalid_request_error", "Too many requests hit the API too quickly.", code="rate_limit")
    if status == 409:
        return ApiError(409, "invalid_request_error", "This object is locked. Try again.", code="lock_timeout")
    return ApiError(status, "api_error", "Sorry! There was an error while talking to one of our backends.")
