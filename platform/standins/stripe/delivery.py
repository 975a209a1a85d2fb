"""Webhooks go out: signed, one after another, tried again when the other side does not answer with 2xx."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time

from standins.common import call
from standins.stripe import sessions
from standins.stripe.state import State
from standins.stripe.wire import Json


def signature(secret: str, body: str, at: int) -> str:
    """The `Stripe-Signature` header of a body."""
    digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def send(url: str, body: str, header: str) -> int:
    """POST a webhook; the status, or 0 where nobody answered."""
    headers = {
        "Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "Accept": "*/*; q=0.5, application/xml",
    }  # fmt: skip
    status, _ = call("POST", url, body.encode(), headers)
    return status


class Courier(threading.Thread):
    """Takes what is due, in order. `retries` are the seconds before each further attempt."""

    def __init__(self, state: State, retries: list[float]) -> None:
        super().__init__(daemon=True, name="courier")
        self.state, self.retries = state, retries

    def run(self) -> None:
        while True:
            with self.state.lock:
                found = self._due()
                if found is None:
                    self.state.changed.wait(0.2)
                    continue
                job = self._prepare(found)
            status = self._send(found, job)
            with self.state.lock:
                self._note(found, status)
                self.state.save()

    def _due(self) -> Json | None:
        sessions.expire_old(self.state)
        now = time.time()
        waiting = [d for d in self.state.data["deliveries"] if d["state"] == "waiting" and d["due"] <= now]
        return min(waiting, key=lambda delivery: delivery["due"], default=None)

    def _prepare(self, delivery: Json) -> tuple[str, str, str] | None:
        """Address, body and signature; None where the endpoint or event is gone."""
        objects = self.state.data["objects"]
        if delivery["endpoint"] not in objects or delivery["event"] not in objects:
            return None
        endpoint = objects[delivery["endpoint"]]
        body = json.dumps(objects[delivery["event"]]["object"], indent=2)
        return endpoint["object"]["url"], body, signature(endpoint["extra"]["secret"], body, int(time.time()))

    def _send(self, delivery: Json, job: tuple[str, str, str] | None) -> int:
        if job is None:
            return 410
        if delivery["drop"] > 0:  # lost on the way
            return 0
        return send(*job)

    def _note(self, delivery: Json, status: int) -> None:
        delivery |= {"status": status, "attempt": delivery["attempt"] + 1, "drop": max(0, delivery["drop"] - 1)}
        if 200 <= status < 300 or status == 410:
            delivery["state"] = "delivered" if status != 410 else "gone"
        elif delivery["attempt"] > len(self.retries):
            delivery["state"] = "failed"
        else:
            delivery["due"] = time.time() + self.retries[delivery["attempt"] - 1]
