"""Messages: taken, refused, and followed to the phone by their statuses."""

from __future__ import annotations

import heapq
import time
from typing import Any

from standins.whatsapp import templates
from standins.whatsapp.state import State
from standins.whatsapp.webhooks import MESSAGES, PREFERENCES, emit
from standins.whatsapp.wire import GraphError, Json, digits, epoch, new_wamid

FREE_SERVICE = 1000  # service messages a month and number that cost nothing
RANK = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3}
# Errors that Meta may also tell later, in a failed status (switch `late`).
LATE = {131026, 131047, 131048, 131049, 131050, 130472}
# What becomes of numbers that end in 555 and these four digits.
ENDINGS = {
    "7001": "timeout", "7002": "duplicate", "7003": "reorder", "7004": "read_only", "7005": "fail_after_sent",
    "7006": "silence", "7007": "username", "7008": "cut", "7009": "only_sent", "7010": "held",
}  # fmt: skip
TEXTS = {"text", "image", "video", "document", "audio", "sticker"}
Timer = tuple[float, int, str, str]


class Mailroom:
    """Takes messages in and plans what follows."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.timers: list[Timer] = []

    # taking

    def take(self, number_id: str, asked: Any) -> tuple[Json, str]:
        """Accept one message: the answer, and how to give it ('' | timeout | cut). Raises GraphError."""
        if not isinstance(asked, dict) or asked.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        number = self.state.number(number_id)
        if not number["registered"]:
            raise GraphError(133010, "Account not registered")
        if asked.get("status") == "read":
            return self._read_by_us(asked), ""
        user = self._recipient(asked)
        if broken := self.state.limits.check(number_id, user["phone"], number["mps"]):
            raise GraphError(broken)
        behaviour = self.behaviour(user["phone"])
        message: Json = {
            "id": new_wamid(), "number": number_id, "phone": user["phone"], "in": False, "at": time.time(),
            "type": str(asked.get("type") or "text"), "body": asked, "status": "accepted", "statuses": [],
            "callback": str(asked.get("biz_opaque_callback_data") or ""), "error": None,
        }  # fmt: skip
        try:
            self._check(number, user, message, asked)
            if behaviour.isdigit():
                raise GraphError(int(behaviour))
        except GraphError as error:
            if not (self.state.data["switches"]["late"] and error.code in LATE):
                raise
            behaviour = f"fail:{error.code}"
        message["pricing"] = self._pricing(number, user, message)
        self.state.keep_message(message)
        self._plan(message, behaviour)
        return self._answer(asked, user, message, behaviour), behaviour if behaviour in ("timeout", "cut") else ""

    def behaviour(self, phone: str) -> str:
        """What this number does: told by the control, or by its last digits."""
        told: str = self.state.data["behaviours"].get(phone, "")
        if told or phone[-7:-4] != "555":
            return told
        ending = phone[-4:]
        if ending in ENDINGS:
            return ENDINGS[ending]
        if ending[0] in "89" and ending[1:] != "000":
            return f"fail:131{ending[1:]}" if ending[0] == "8" else f"131{ending[1:]}"
        return ""

    def _recipient(self, asked: Json) -> Json:
        if asked.get("to"):
            phone = digits(asked["to"])
            if not 7 <= len(phone) <= 15:
                raise GraphError(131009, "to is not a phone number")
            return self.state.user(phone)
        if not asked.get("recipient"):
            raise GraphError(131008, "to or recipient is required")
        found = self.state.by_user_id(str(asked["recipient"]))
        if found is None:
            raise GraphError(131062, "No such user id")
        return found

    def _check(self, number: Json, user: Json, message: Json, asked: Json) -> None:
        """Raises GraphError for a message that may not go."""
        if digits(number["phone"]) == user["phone"]:
            raise GraphError(131021)
        kind = message["type"]
        if kind == "template":
            wanted = asked.get("template") or {}
            template = templates.usable(self.state, wanted)
            templates.check_parameters(self.state, template, wanted.get("components"))
            message |= {"template": template["id"], "category": template["category"].lower()}
            if template["category"] == "AUTHENTICATION" and not asked.get("to"):
                raise GraphError(131062, "Authentication templates need a phone number")
            if template["category"] == "MARKETING" and number["id"] in user["stopped"]:
                raise GraphError(131050)
            return
        if kind not in TEXTS:
            raise GraphError(131051, f"Message type {kind} is not known here")
        part = asked.get(kind)
        if not isinstance(part, dict):
            raise GraphError(131008, f"{kind} is required")
        if kind == "text":
            if not part.get("body") or len(str(part["body"])) > 4096:
                raise GraphError(100, "text.body must have 1 to 4096 characters")
        else:
            templates.check_media(self.state, part)
            if len(str(part.get("caption") or "")) > 1024:
                raise GraphError(100, "caption has at most 1024 characters")
        message["category"] = "service"
        if not self.state.window_open(number["id"], user):
            raise GraphError(131047, "More than 24 hours have passed since the customer last replied to this number.")

    def _pricing(self, number: Json, user: Json, message: Json) -> Json:
        category, kind = message.get("category", "service"), "regular"
        if category == "service":
            month = time.strftime("%Y-%m", time.gmtime())
            number["service"][month] = number["service"].get(month, 0) + 1
            if number["service"][month] <= FREE_SERVICE:
                kind = "free_customer_service"
        return {"billable": kind == "regular", "pricing_model": "PMP", "category": category, "type": kind}

    def _answer(self, asked: Json, user: Json, message: Json, behaviour: str) -> Json:
        contact = {"input": str(asked.get("to") or asked.get("recipient")), "user_id": user["user_id"]}
        if asked.get("to"):
            contact["wa_id"] = user["phone"]
        sent = {"id": message["id"]}
        if message["type"] == "template":
            sent["message_status"] = "held_for_quality_assessment" if behaviour == "held" else "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}

    def _read_by_us(self, asked: Json) -> Json:
        found = self.state.data["messages"].get(asked.get("message_id"))
        if found is None or not found["in"]:
            raise GraphError(131009, "message_id does not name a message that was received")
        found["status"] = "read"
        self.state.touch()
        return {"success": True}

    # what follows

    def _plan(self, message: Json, behaviour: str) -> None:
        name, _, code = behaviour.partition(":")
        latency = self.state.data["switches"]["latency"]
        steps: list[tuple[str, float]] = [("sent", 1), ("delivered", 2)]
        if name == "fail":
            steps = [(f"failed:{code}", 1)]
        elif name == "fail_after_sent":
            steps = [("sent", 1), ("failed:131000", 2)]
        elif name == "reorder":
            steps = [("delivered", 1), ("sent", 3)]
        elif name == "read_only":
            steps = [("read", 1)]
        elif name == "only_sent":
            steps = [("sent", 1)]
        elif name == "silence":
            steps = []
        elif name == "duplicate":
            steps = [("sent", 1), ("sent", 1), ("delivered", 2), ("delivered", 2)]
        wait = self.state.data["switches"]["read_after"]
        for step, times in steps:
            self._later(latency * times, message["id"], step)
        if wait and steps and steps[-1][0] == "delivered":
            self._later(latency * 2 + wait, message["id"], "read")

    def _later(self, seconds: float, wamid: str, step: str) -> None:
        heapq.heappush(self.timers, (time.time() + seconds, self.state.next_serial(), wamid, step))

    def tick(self) -> None:
        """Statuses whose time has come."""
        now = time.time()
        while self.timers and self.timers[0][0] <= now:
            _, _, wamid, step = heapq.heappop(self.timers)
            message = self.state.data["messages"].get(wamid)
            if message is not None:
                name, _, code = step.partition(":")
                self.status(message, name, GraphError(int(code)) if code else None)

    def status(self, message: Json, status: str, error: GraphError | None = None) -> None:
        """A status of a message, told to the business. What the phone shows only moves forward."""
        user = self.state.user(message["phone"])
        if RANK.get(status, 9) > RANK.get(message["status"], 9) or status == "failed":
            message["status"] = status
        message["statuses"].append({"status": status, "at": time.time()})
        said: Json = {"id": message["id"], "status": status, "timestamp": epoch(), "recipient_user_id": user["user_id"]}
        contact: Json = {"profile": {"name": user["name"]}, "user_id": user["user_id"]}
        if not self._hides(user):
            said["recipient_id"] = contact["wa_id"] = user["phone"]
        if message["callback"]:
            said["biz_opaque_callback_data"] = message["callback"]
        if error:
            message["error"] = error.code
            said["errors"] = [error.in_status()]
        else:
            said |= {"pricing": message["pricing"], "conversation": self._conversation(message, user)}
        emit(self.state, MESSAGES, {"contacts": [contact], "statuses": [said]}, number=message["number"])

    def _conversation(self, message: Json, user: Json) -> Json:
        return {"id": f"{message['number']}.{user['user_id'][3:]}", "origin": {"type": message["pricing"]["category"]}}

    def _hides(self, user: Json) -> bool:
        return bool(user["hidden"]) or self.behaviour(user["phone"]) == "username"

    # what people do on their phone

    def open_chat(self, phone: str, number: str = "") -> int:
        """The person looks: whatever was delivered is read. Returns how many were."""
        seen = [m for m in self.state.messages_of(phone, number) if not m["in"] and m["status"] == "delivered"]
        for message in seen:
            self.status(message, "read")
        return len(seen)

    def receive(self, number: str, phone: str, *, text: str = "", name: str = "", kind: str = "text",
                context: str = "") -> Json:  # fmt: skip
        """Somebody writes to a business; its window opens."""
        self.state.number(number)
        user = self.state.user(phone, name=name)
        user["windows"][number] = time.time()
        part: Json = {"body": text} if kind == "text" else {"payload": text, "text": text}
        said: Json = {
            "id": new_wamid(),
            "timestamp": epoch(),
            "type": kind,
            kind: part,
            "from_user_id": user["user_id"],
        }
        contact: Json = {"profile": {"name": user["name"]}, "user_id": user["user_id"]}
        if not self._hides(user):
            said["from"] = contact["wa_id"] = user["phone"]
        if context:
            said["context"] = {"from": digits(self.state.number(number)["phone"]), "id": context}
        self.state.keep_message(
            {"id": said["id"], "number": number, "phone": user["phone"], "in": True, "at": time.time(), "type": "text",
             "body": {"text": {"body": text}}, "status": "delivered", "statuses": [], "callback": "", "error": None}
        )  # fmt: skip
        emit(self.state, MESSAGES, {"contacts": [contact], "messages": [said]}, number=number)
        return said

    def prefer(self, number: str, phone: str, value: str) -> None:
        """Somebody stops or resumes marketing of a number in WhatsApp's own settings."""
        user = self.state.user(phone)
        user["stopped"] = [n for n in user["stopped"] if n != number] + ([number] if value == "stop" else [])
        wish: Json = {
            "user_id": user["user_id"], "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages", "value": value, "timestamp": int(time.time()),
        }  # fmt: skip
        contact: Json = {"profile": {"name": user["name"]}, "user_id": user["user_id"]}
        if not self._hides(user):
            wish["wa_id"] = contact["wa_id"] = user["phone"]
        emit(self.state, PREFERENCES, {"contacts": [contact], "user_preferences": [wish]}, number=number)
