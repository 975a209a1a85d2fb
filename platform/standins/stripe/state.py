"""Everything the stand-in remembers: accounts, objects, answers to repeated requests, deliveries, switches."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from typing import Any

from standins.stripe.wire import ApiError, Json, invalid, missing, new_id

KEY = re.compile(r"^(?P<kind>sk|rk)_(?P<mode>test|live)_(?P<account>[a-z0-9-]{2,30})_(?P<rest>[A-Za-z0-9_-]{2,200})$")
DAY = 24 * 3600
EMPTY: dict[str, Any] = {
    "accounts": {}, "objects": {}, "replays": {}, "deliveries": [], "switches": {}, "faults": [], "number": 0,
}  # fmt: skip


class Caller:
    """Whose key a request carries: an account in one mode, with its rights."""

    def __init__(self, account: str, mode: str, lacks: frozenset[str]) -> None:
        self.account, self.mode, self.lacks = account, mode, lacks
        self.owner = f"{account}/{mode}"
        self.livemode = mode == "live"

    def need(self, right: str) -> None:
        """Raises ApiError where a restricted key lacks `right` (`read` is never taken away)."""
        if right in self.lacks or ("readonly" in self.lacks and right.startswith("write:")):
            raise ApiError(
                403, "invalid_request_error",
                "The provided key does not have the required permissions for this endpoint.",
                code="more_permissions_required",
            )  # fmt: skip


class State:
    """The memory, behind one lock; written to `path` after each change when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self.path, self.lock = path, threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.data: Json = json.loads(json.dumps(EMPTY))
        if path and path.exists():
            self.data |= json.loads(path.read_text())

    def save(self) -> None:
        if self.path:
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps(self.data))
            fresh.replace(self.path)

    def reset(self) -> None:
        self.data = json.loads(json.dumps(EMPTY))

    # accounts

    def account(self, name: str) -> Json:
        """An account by name; it opens itself when it is first named."""
        found: Json = self.data["accounts"].setdefault(
            name, {"id": f"acct_{name}", "name": name.replace("-", " ").title(), "open": True}
        )
        return found

    def caller(self, key: str) -> Caller:
        """Whose key this is. Raises ApiError 401."""
        match = KEY.match(key)
        if not match or match["account"] == "bad" or not self.account(match["account"])["open"]:
            shown = f"{key[:8]}{'*' * 12}{key[-4:]}" if len(key) > 16 else "****"
            raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {shown}")
        words = set(re.split("[_-]", match["rest"])) if match["kind"] == "rk" else set()
        return Caller(match["account"], match["mode"], frozenset(words))

    # objects

    def put(self, owner: str, found: Json, **extra: Any) -> Json:
        """Keep a new object; `extra` is what the API never shows."""
        self.data["number"] += 1
        self.data["objects"][found["id"]] = {
            "owner": owner, "object": found, "extra": extra, "number": self.data["number"],
        }  # fmt: skip
        return found

    def get(self, owner: str, kind: str, wanted: str) -> Json:
        """An object of this owner. Raises ApiError 404, also for another's."""
        kept = self.data["objects"].get(wanted)
        if kept is None or kept["owner"] != owner or kept["object"]["object"] != kind:
            raise missing(kind.split(".")[-1], wanted)
        found: Json = kept["object"]
        return found

    def any(self, kind: str, wanted: str) -> tuple[str, Json]:
        """An object whoever's it is, with its owner: for the pages and the controls."""
        kept = self.data["objects"].get(wanted)
        if kept is None or kept["object"]["object"] != kind:
            raise missing(kind, wanted)
        return kept["owner"], kept["object"]

    def hidden(self, wanted: str) -> Json:
        found: Json = self.data["objects"][wanted]["extra"]
        return found

    def all(self, owner: str, kind: str) -> list[Json]:
        """The objects of one kind, newest first."""
        kept = [k for k in self.data["objects"].values() if k["owner"] == owner and k["object"]["object"] == kind]
        return [k["object"] for k in sorted(kept, key=lambda k: -k["number"])]

    def remove(self, wanted: str) -> None:
        self.data["objects"].pop(wanted, None)

    # repeated requests

    def replay(self, owner: str, key: str, request: str) -> tuple[int, str] | None:
        """The answer to an earlier request with this key, if any. Raises ApiError for another request."""
        kept = self.data["replays"].get(f"{owner}:{key}")
        if kept is None or kept["at"] < time.time() - DAY:
            return None
        if kept["request"] != request:
            raise ApiError(
                400, "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
            )  # fmt: skip
        return kept["status"], kept["body"]

    def remember(self, owner: str, key: str, request: str, status: int, body: str) -> None:
        self.data["replays"][f"{owner}:{key}"] = {
            "request": request, "status": status, "body": body, "at": time.time(),
        }  # fmt: skip

    # events

    def emit(self, owner: str, kind: str, about: Json, *, request: Json | None = None) -> Json:
        """An event with a snapshot of `about`, and its deliveries to every endpoint that wants it."""
        account, _, mode = owner.partition("/")
        endpoints = [e for e in self.all(owner, "webhook_endpoint") if wants(e, kind)]
        event_id = new_id("evt")
        event = {
            "id": event_id, "object": "event", "api_version": about.get("api_version") or "2026-10-28.endive",
            "created": int(time.time()), "type": kind, "livemode": mode == "live", "pending_webhooks": len(endpoints),
            "request": request or {"id": None, "idempotency_key": None},
            "data": {"object": json.loads(json.dumps(about))},
        }  # fmt: skip
        self.put(owner, event)
        for endpoint in reversed(endpoints):
            self.plan(account, event_id, endpoint["id"])
        return event

    def plan(self, account: str, event: str, endpoint: str) -> None:
        """Deliver an event as the account's switches say."""
        switches = self.switches(account)
        held = bool(switches["hold"] or switches["reorder"])
        for copy in range(1 + switches["duplicate"]):
            self.data["deliveries"].append(
                {
                    "id": new_id("dlv", 12), "account": account, "event": event, "endpoint": endpoint, "attempt": 0,
                    "state": "held" if held else "waiting", "due": time.time() + switches["delay"] + 0.05 * copy,
                    "drop": switches["drop"], "status": 0,
                }
            )  # fmt: skip
        waiting = [d for d in self.data["deliveries"] if d["account"] == account and d["state"] == "held"]
        if switches["reorder"] and not switches["hold"] and len(waiting) >= switches["reorder"]:
            self.release(account, reverse=True)
        self.changed.notify_all()

    def release(self, account: str, *, events: list[str] | None = None, reverse: bool = False) -> int:
        """Send what was held, in this order. Returns how many."""
        held = [d for d in self.data["deliveries"] if d["account"] == account and d["state"] == "held"]
        if events is not None:
            held = sorted((d for d in held if d["event"] in events), key=lambda d: events.index(d["event"]))
        if reverse:
            held.reverse()
        start = time.time()
        for number, delivery in enumerate(held):
            delivery |= {"state": "waiting", "due": start + number * 1e-4}
        self.changed.notify_all()
        return len(held)

    def switches(self, account: str) -> Json:
        found: Json = self.data["switches"].setdefault(
            account, {"hold": False, "duplicate": 0, "delay": 0.0, "reorder": 0, "drop": 0}
        )
        return found


def wants(endpoint: Json, kind: str) -> bool:
    enabled = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in enabled or kind in enabled)


def owner_of(account: str, mode: str) -> str:
    if mode not in {"test", "live"}:
        raise invalid("mode is test or live", param="mode")
    return f"{account}/{mode}"
