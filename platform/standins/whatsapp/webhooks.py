"""Webhooks go out: gathered, signed, tried again until the other side answers 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections import deque
from urllib.parse import urlencode

from standins.common import call
from standins.whatsapp.state import State
from standins.whatsapp.wire import GraphError, Json

LISTS = ("contacts", "statuses", "messages", "errors", "user_preferences")
TICK = 0.02
MESSAGES, PREFERENCES = "messages", "user_preferences"


def emit(state: State, field: str, value: Json, *, number: str = "", copies: int = 0) -> None:
    """Have this news delivered, as the switches say. News of one number travels together when it is due together."""
    switches = state.data["switches"]
    held = bool(switches["hold"] or switches["reorder"])
    for copy in range(1 + copies + switches["duplicate"]):
        state.data["deliveries"].append(
            {
                "id": state.next_serial(), "field": field, "number": number, "value": value, "attempt": 0,
                "state": "held" if held else "waiting", "due": time.time() + switches["delay"] + 0.05 * copy,
                "drop": switches["drop"], "alone": copy > 0,
            }
        )  # fmt: skip
    if switches["reorder"] and not switches["hold"] and len(held_ones(state)) >= switches["reorder"]:
        release(state, reverse=True)
    state.touch()
    state.changed.set()


def held_ones(state: State) -> list[Json]:
    return [delivery for delivery in state.data["deliveries"] if delivery["state"] == "held"]


def release(state: State, *, ids: list[int] | None = None, reverse: bool = False) -> int:
    """Send what was held, each in a request of its own and in this order. Returns how many."""
    held = held_ones(state)
    if ids is not None:
        held = sorted((d for d in held if d["id"] in ids), key=lambda d: ids.index(d["id"]))
    if reverse:
        held.reverse()
    start = time.time()
    for place, delivery in enumerate(held):
        delivery |= {"state": "waiting", "due": start + place * 1e-4, "alone": True}
    state.changed.set()
    return len(held)


def envelope(state: State, deliveries: list[Json]) -> bytes:
    """The body of one request. Non-ASCII is escaped, as Meta does it."""
    changes: list[Json] = []
    for delivery in deliveries:
        number, field = delivery["number"], delivery["field"]
        last = changes[-1] if changes else None
        if last and field in (MESSAGES, PREFERENCES) and last["field"] == field and last["number"] == number:
            for name in LISTS:
                if name in delivery["value"]:
                    _add(last["value"].setdefault(name, []), delivery["value"][name])
            continue
        value = {name: list(found) if name in LISTS else found for name, found in delivery["value"].items()}
        changes.append({"field": field, "number": number, "value": {**_about(state, number), **value}})
    entry = {
        "id": state.account["waba"], "time": int(time.time()),
        "changes": [{"value": c["value"], "field": c["field"]} for c in changes],
    }  # fmt: skip
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _add(have: list[Json], more: list[Json]) -> None:
    have += [found for found in more if found not in have] if more and "wa_id" in more[0] else more


def _about(state: State, number: str) -> Json:
    if not number:
        return {}
    known = state.data["numbers"].get(number, {})
    phone = "".join(c for c in known.get("phone", "") if c.isdigit())
    return {
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": phone, "phone_number_id": number},
    }  # fmt: skip


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def handshake(url: str, verify_token: str) -> None:
    """Ask the other side whether it wants our webhooks. Raises GraphError 2200."""
    challenge = str(secrets.randbelow(10**10))
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token})
    status, body = await asyncio.to_thread(call, "GET", f"{url}?{query}")
    if status != 200 or body.decode("utf-8", "replace") != challenge:
        raise GraphError(2200, f"The URL couldn't be validated: it answered {status or 'nothing'}.", subcode=1690002)


class Courier:
    """Takes what is due, in order. `retries` are the seconds before each further attempt."""

    def __init__(self, state: State, retries: list[float]) -> None:
        self.state, self.retries = state, retries
        self.sent: deque[Json] = deque(maxlen=2000)  # the last requests, for whoever looks
        self.delivered, self.failed, self.requests = 0, 0, 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(TICK)  # news of one moment travels together
            batch = self._due()
            if not batch:
                self.state.changed.clear()
                await self._wait()
                continue
            await self._deliver(batch)

    async def _wait(self) -> None:
        waiting = any(delivery["state"] == "waiting" for delivery in self.state.data["deliveries"])
        try:
            await asyncio.wait_for(self.state.changed.wait(), 0.05 if waiting else 1.0)
        except TimeoutError:
            return

    def _due(self) -> list[Json]:
        now, batch = time.time(), max(1, self.state.data["switches"]["batch"])
        due = [d for d in self.state.data["deliveries"] if d["state"] == "waiting" and d["due"] <= now]
        due.sort(key=lambda delivery: (delivery["due"], delivery["id"]))
        chosen = due[:batch]
        alone = next((place for place, delivery in enumerate(chosen) if delivery["alone"]), None)
        return chosen if alone is None else chosen[: max(1, alone)]

    async def _deliver(self, batch: list[Json]) -> None:
        account = self.state.account
        lost = any(delivery["drop"] > 0 for delivery in batch)
        status = 0
        if account["webhook"] and not lost:
            body = envelope(self.state, batch)
            headers = {
                "Content-Type": "application/json", "User-Agent": "facebookexternalua",
                "X-Hub-Signature-256": signature(account["app_secret"], body),
            }  # fmt: skip
            status, _ = await asyncio.to_thread(call, "POST", account["webhook"], body, headers)
            self.requests += 1
            self.sent.append({"status": status, "body": body.decode(), "signature": headers["X-Hub-Signature-256"]})
        if not account["webhook"] or 200 <= status < 300:
            self.delivered += len(batch)
            self._forget(batch)
            return
        self._again(batch)

    def _again(self, batch: list[Json]) -> None:
        gone = []
        for delivery in batch:
            delivery |= {"attempt": delivery["attempt"] + 1, "drop": max(0, delivery["drop"] - 1)}
            if delivery["attempt"] > len(self.retries):
                gone.append(delivery)
            else:
                delivery["due"] = time.time() + self.retries[delivery["attempt"] - 1]
        self.failed += len(gone)
        self._forget(gone)

    def _forget(self, batch: list[Json]) -> None:
        ids = {delivery["id"] for delivery in batch}
        self.state.data["deliveries"] = [d for d in self.state.data["deliveries"] if d["id"] not in ids]
        self.state.touch()

    def counters(self) -> Json:
        waiting = len(self.state.data["deliveries"])
        return {"delivered": self.delivered, "failed": self.failed, "requests": self.requests, "waiting": waiting}
