"""What a test or a person may do to the stand-in: `/_control/…`, JSON in, JSON out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from standins.whatsapp import templates, webhooks
from standins.whatsapp.messages import Mailroom
from standins.whatsapp.state import SWITCHES, State
from standins.whatsapp.wire import GraphError, Json, digits, need, new_number, no_such_object


class Control:
    def __init__(self, state: State, mailroom: Mailroom, courier: webhooks.Courier, forget: Callable[[], None]) -> None:
        self.state, self.mailroom, self.courier, self.forget = state, mailroom, courier, forget
        self.acts: dict[str, Callable[[Json], Any]] = {
            "reset": self.reset, "account": self.account, "number": self.number, "template": self.template,
            "templates": self.templates, "inbound": self.inbound, "preference": self.preference, "read": self.read,
            "recipient": self.recipient, "switches": self.switches, "release": self.release, "fault": self.fault,
            "emit": self.emit,
        }  # fmt: skip

    def act(self, name: str, params: Json) -> Any:
        """Raises GraphError."""
        if name not in self.acts:
            raise GraphError(100, f"No such control: {name}", status=404)
        found = self.acts[name](params)
        self.state.touch()
        return found

    def look(self, name: str, query: dict[str, str]) -> Any:
        """What can be read. Raises GraphError."""
        if name == "messages":
            found = self.state.messages_of(query.get("phone", ""), query.get("number", ""))
            return [self._message(message) for message in found[-int(query.get("limit") or 1000) :]]
        if name == "counters":
            accepted = sum(not m["in"] for m in self.state.data["messages"].values())
            return {**self.state.limits.counters(), "accepted": accepted, "webhooks": self.courier.counters()}
        if name == "webhooks":
            held = webhooks.held_ones(self.state)
            return {"sent": list(self.courier.sent), "held": held, "switches": self.state.data["switches"]}
        if name in ("account", "numbers", "templates", "users", "media"):
            return self.state.data[name]
        raise GraphError(100, f"No such control: {name}", status=404)

    def _message(self, message: Json) -> Json:
        template = self.state.data["templates"].get(message.get("template", ""))
        parts = (message["body"].get("template") or {}).get("components")
        shown = templates.filled(template, parts) if template else None
        return {**message, "shown": shown, "statuses": [found["status"] for found in message["statuses"]]}

    # acts

    def reset(self, params: Json) -> Json:
        self.state.reset()
        self.mailroom.timers.clear()
        self.courier.sent.clear()
        self.courier.delivered = self.courier.failed = self.courier.requests = 0
        self.forget()
        return {"reset": True}

    def account(self, params: Json) -> Json:
        self.state.connect(params)
        return self.state.account

    def number(self, params: Json) -> Json:
        """A number's figures; a change of quality or limit is told by webhook. An unknown id makes a number."""
        wanted = need(params, "id")
        if wanted not in self.state.data["numbers"]:
            return self.state.add_number(params)
        found = self.state.number(wanted)
        before = (found["quality"], found["limit"])
        for name in ("phone", "name", "quality", "limit", "status"):
            if name in params:
                found[name] = str(params[name])
        if "mps" in params:
            found["mps"] = int(params["mps"])
        if "service" in params:
            found["service"] = {time.strftime("%Y-%m", time.gmtime()): int(params["service"])}
        if "registered" in params:
            found["registered"] = bool(params["registered"])
        if before != (found["quality"], found["limit"]):
            event = "FLAGGED" if found["quality"] == "RED" else "ONBOARDING" if before[0] != "RED" else "UNFLAGGED"
            value = {"display_phone_number": digits(found["phone"]), "event": event, "current_limit": found["limit"]}
            webhooks.emit(self.state, "phone_number_quality_update", value)
        return found

    def template(self, params: Json) -> Json:
        """Another status of one template, by id or by name and language."""
        found: Json | None = next(
            (
                t for t in self.state.data["templates"].values()
                if t["id"] == params.get("id")
                or (t["name"] == params.get("name") and t["language"] == params.get("language"))
            ), None,
        )  # fmt: skip
        if found is None:
            raise no_such_object(str(params.get("id") or params.get("name")))
        if "status" in params:
            templates.change(self.state, found, str(params["status"]), str(params.get("reason", "NONE")))
        if "category" in params and params["category"] != found["category"]:
            value = {
                "message_template_id": int(found["id"]), "message_template_name": found["name"],
                "message_template_language": found["language"], "previous_category": found["category"],
                "new_category": params["category"],
            }  # fmt: skip
            found["category"] = str(params["category"])
            webhooks.emit(self.state, "template_category_update", value)
        return found

    def templates(self, params: Json) -> Json:
        """Templates as they are, without a review: [{name, language, category, status?, components}]."""
        for asked in params.get("templates", []):
            known = {t["name"]: t for t in self.state.data["templates"].values() if t["language"] == asked["language"]}
            made = {
                "id": known.get(asked["name"], {}).get("id") or new_number(), "status": "APPROVED",
                "rejected_reason": "NONE", "quality_score": {"score": "UNKNOWN", "date": int(time.time())}, **asked,
            }  # fmt: skip
            for part in made["components"]:
                part["type"] = part["type"].upper()
            self.state.data["templates"][made["id"]] = made
        return {"templates": len(self.state.data["templates"])}

    def inbound(self, params: Json) -> Json:
        """Somebody writes: {number, phone, text, name?, hidden?, button?, context?}."""
        phone = digits(need(params, "phone"))
        if "hidden" in params:
            self.state.user(phone)["hidden"] = bool(params["hidden"])
        kind = "button" if params.get("button") else "text"
        return self.mailroom.receive(
            need(params, "number"), phone, text=str(params.get("button") or params.get("text", "")),
            name=str(params.get("name", "")), kind=kind, context=str(params.get("context", "")),
        )  # fmt: skip

    def preference(self, params: Json) -> Json:
        value = str(params.get("value", "stop"))
        self.mailroom.prefer(need(params, "number"), need(params, "phone"), value)
        return {"value": value}

    def read(self, params: Json) -> Json:
        return {"read": self.mailroom.open_chat(need(params, "phone"), str(params.get("number", "")))}

    def recipient(self, params: Json) -> Json:
        """What a number does from now on: a code, `fail:<code>`, or a word of messages.ENDINGS; empty: the usual."""
        phone = digits(need(params, "phone"))
        self.state.data["behaviours"][phone] = str(params.get("behaviour", ""))
        if "hidden" in params:
            self.state.user(phone)["hidden"] = bool(params["hidden"])
        return {phone: self.state.data["behaviours"][phone]}

    def switches(self, params: Json) -> Json:
        switches: Json = self.state.data["switches"]
        for name, value in params.items():
            if name not in SWITCHES:
                raise GraphError(100, f"No such switch: {name}")
            kind = type(SWITCHES[name])
            switches[name] = str(value).lower() in ("1", "true", "on") if kind is bool else kind(value)
        if not switches["hold"] and not switches["reorder"]:
            webhooks.release(self.state)
        return switches

    def release(self, params: Json) -> Json:
        released = webhooks.release(self.state, ids=params.get("ids"), reverse=bool(params.get("reverse")))
        return {"released": released}

    def fault(self, params: Json) -> Json:
        """{status? | code? | hang? | cut?, times?, path?, method?, after?}; times 0 switches all of them off."""
        times = int(params.get("times", 1))
        if times == 0:
            self.state.data["faults"] = []
        elif not any(params.get(name) for name in ("status", "code", "hang", "cut")):
            raise GraphError(100, "Say status, code, hang or cut.")
        else:
            self.state.data["faults"].append(
                {
                    "method": str(params.get("method", "")), "path": str(params.get("path", "")), "times": times,
                    "after": bool(params.get("after")), "status": int(params.get("status", 0)),
                    "code": int(params.get("code", 0)), "hang": float(params.get("hang", 0)),
                    "cut": bool(params.get("cut")),
                }
            )  # fmt: skip
        return {"faults": self.state.data["faults"]}

    def emit(self, params: Json) -> Json:
        """Any webhook at all: {field, value, number?}."""
        value = params.get("value") or {}
        webhooks.emit(self.state, need(params, "field"), value, number=str(params.get("number", "")))
        return {"emitted": True}
