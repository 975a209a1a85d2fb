"""What the stand-in remembers. One thread works on it, so nothing is locked; with a file it survives a restart."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import phonenumbers

from standins.whatsapp.limits import Limits
from standins.whatsapp.wire import WINDOW, GraphError, Json, digits, no_such_object

KEPT_MESSAGES = 100_000
DEFAULTS: Json = {
    "waba": "1029384756", "app": "5647382910", "token": "EAAdemo0000000000000000", "app_secret": "demo-app-secret",
    "verify_token": "", "webhook": "", "name": "Demo business",
    "numbers": [
        {"id": "100000000001", "phone": "+966 11 200 0001", "name": "Main"},
        {"id": "100000000002", "phone": "+966 11 200 0002", "name": "Second"},
        {"id": "100000000003", "phone": "+966 11 200 0003", "name": "Third"},
    ],
}  # fmt: skip
SWITCHES: Json = {
    "hold": False, "duplicate": 0, "delay": 0.0, "reorder": 0, "drop": 0, "batch": 100, "latency": 0.05,
    "read_after": 0.0, "review": "approve", "late": False,
}  # fmt: skip


def empty() -> Json:
    return {
        "account": {}, "numbers": {}, "templates": {}, "media": {}, "uploads": {}, "messages": {}, "users": {},
        "behaviours": {}, "deliveries": [], "faults": [], "switches": dict(SWITCHES), "serial": 0,
    }  # fmt: skip


class State:
    def __init__(self, path: Path | None = None) -> None:
        self.path, self.dirty, self.changed = path, False, asyncio.Event()
        self.limits, self.data = Limits(), empty()
        if path and path.exists():
            self.data |= json.loads(path.read_text())
        else:
            self.connect(DEFAULTS)

    def save(self) -> None:
        """Write the file if there is one and something changed."""
        if self.path and self.dirty:
            self.dirty = False
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps(self.data))
            fresh.replace(self.path)

    def touch(self) -> None:
        self.dirty = True

    def reset(self) -> None:
        self.limits, self.data = Limits(), empty()
        self.connect(DEFAULTS)
        self.changed.set()

    # account and numbers

    @property
    def account(self) -> Json:
        found: Json = self.data["account"]
        return found

    def connect(self, asked: Json) -> None:
        """The business account that the platform has; what is not named stays as it is."""
        account = self.account
        for name in ("waba", "app", "app_secret", "verify_token", "webhook", "name"):
            if name in asked:
                account[name] = str(asked[name])
        if "token" in asked or "tokens" in asked:
            account["tokens"] = [str(t) for t in asked.get("tokens") or [asked["token"]]]
        if "numbers" in asked:
            self.data["numbers"] = {}
            for number in asked["numbers"]:
                self.add_number(number)

    def add_number(self, asked: Json) -> Json:
        found: Json = {
            "id": str(asked["id"]), "phone": asked.get("phone", "+966 11 200 0000"), "name": asked.get("name", "Brand"),
            "quality": asked.get("quality", "GREEN"), "mps": int(asked.get("mps", 80)),
            "limit": asked.get("limit", "TIER_2K"), "registered": bool(asked.get("registered", True)),
            "status": asked.get("status", "CONNECTED"), "service": {},
        }  # fmt: skip
        self.data["numbers"][found["id"]] = found
        return found

    def number(self, wanted: str) -> Json:
        """Raises GraphError."""
        found: Json | None = self.data["numbers"].get(wanted)
        if found is None:
            raise no_such_object(wanted)
        return found

    def check_token(self, header: str) -> None:
        """Raises GraphError 190."""
        kind, _, token = header.partition(" ")
        if kind not in ("Bearer", "OAuth") or token.strip() not in self.account["tokens"]:
            raise GraphError(190, status=401)

    # people

    def user(self, phone: str, *, name: str = "") -> Json:
        """Whoever has this number; seen for the first time, he gets an id of his own at this business."""
        phone = digits(phone)
        found: Json | None = self.data["users"].get(phone)
        if found is None:
            seed = hashlib.sha256(f"{self.account['waba']}:{phone}".encode()).digest()
            mark = str(int.from_bytes(seed[:8]))
            found = {"phone": phone, "user_id": f"{_country(phone)}.{mark}", "name": name or f"Customer {phone[-2:]}",
                     "hidden": False, "windows": {}, "stopped": [], "seen": time.time()}  # fmt: skip
            self.data["users"][phone] = found
        if name:
            found["name"] = name
        return found

    def by_user_id(self, user_id: str) -> Json | None:
        return next((user for user in self.data["users"].values() if user["user_id"] == user_id), None)

    def window_open(self, number: str, user: Json) -> bool:
        """Whether the person wrote to this number within 24 hours."""
        at = user["windows"].get(number)
        return at is not None and at > time.time() - WINDOW

    # messages

    def keep_message(self, message: Json) -> None:
        messages = self.data["messages"]
        messages[message["id"]] = message
        if len(messages) > KEPT_MESSAGES:
            messages.pop(next(iter(messages)))
        self.touch()

    def messages_of(self, phone: str, number: str = "") -> list[Json]:
        """What went to and fro, oldest first."""
        wanted = digits(phone)
        return [
            message for message in self.data["messages"].values()
            if (not wanted or message["phone"] == wanted) and (not number or message["number"] == number)
        ]  # fmt: skip

    # faults

    def fault_for(self, method: str, path: str) -> Json | None:
        """The fault that somebody switched on for this call; it is used up by it."""
        for fault in self.data["faults"]:
            if fault["method"] in ("", method) and fault["path"] in path and fault["times"] != 0:
                fault["times"] -= fault["times"] > 0
                self.data["faults"] = [left for left in self.data["faults"] if left["times"] != 0]
                found: Json = fault
                return found
        return None

    def next_serial(self) -> int:
        self.data["serial"] += 1
        return int(self.data["serial"])


def _country(phone: str) -> str:
    try:
        parsed: Any = phonenumbers.parse(f"+{phone}")
    except phonenumbers.NumberParseException:
        return "XX"
    return phonenumbers.region_code_for_number(parsed) or "XX"
