"""The routes of the Graph API that WhatsApp's business side uses."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from standins.whatsapp import templates
from standins.whatsapp.files import Files
from standins.whatsapp.http import Answer, Request, parts_of, reply
from standins.whatsapp.messages import Mailroom
from standins.whatsapp.state import State
from standins.whatsapp.webhooks import handshake
from standins.whatsapp.wire import GraphError, Json, need, new_number, no_such_object

MEGABYTE = 1024 * 1024
# type: most bytes
MEDIA = {
    "image/jpeg": 5 * MEGABYTE, "image/png": 5 * MEGABYTE, "video/mp4": 16 * MEGABYTE, "video/3gpp": 16 * MEGABYTE,
    "audio/mpeg": 16 * MEGABYTE, "audio/ogg": 16 * MEGABYTE, "application/pdf": 100 * MEGABYTE,
    "image/webp": 100 * 1024,
}  # fmt: skip
MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}
TEMPLATE_FIELDS = (
    "id",
    "name",
    "language",
    "status",
    "category",
    "components",
    "rejected_reason",
    "quality_score",
    "parameter_format",
)
Answered = Answer | Awaitable[Answer]


class Graph:
    """Answers `/{version}/…`."""

    def __init__(self, state: State, mailroom: Mailroom, files: Files, base: str) -> None:
        self.state, self.mailroom, self.files, self.base = state, mailroom, files, base
        self.routes: list[tuple[str, re.Pattern[str], Callable[[Request, str], Answered]]] = [
            ("POST", re.compile(r"([^/]+)/messages"), self.send),
            ("POST", re.compile(r"([^/]+)/media"), self.upload),
            ("POST", re.compile(r"([^/]+)/register"), self.register),
            ("POST", re.compile(r"([^/]+)/deregister"), self.register),
            ("GET", re.compile(r"([^/]+)/message_templates"), self.list_templates),
            ("POST", re.compile(r"([^/]+)/message_templates"), self.submit),
            ("DELETE", re.compile(r"([^/]+)/message_templates"), self.delete_template),
            ("POST", re.compile(r"([^/]+)/unpause"), self.unpause),
            ("GET", re.compile(r"([^/]+)/phone_numbers"), self.list_numbers),
            ("GET", re.compile(r"([^/]+)/subscribed_apps"), self.subscriptions),
            ("POST", re.compile(r"([^/]+)/subscribed_apps"), self.subscribe),
            ("POST", re.compile(r"([^/]+)/uploads"), self.begin_sample),
            ("POST", re.compile(r"(upload:[^/]+)"), self.sample),
            ("GET", re.compile(r"([^/]+)"), self.read),
            ("POST", re.compile(r"([^/]+)"), self.write),
            ("DELETE", re.compile(r"([^/]+)"), self.delete_media),
        ]

    def answer(self, request: Request, path: str) -> Answered:
        """Find the route and run it. Raises GraphError."""
        self.state.check_token(request.headers.get("authorization", ""))
        for method, pattern, function in self.routes:
            if method == request.method and (match := pattern.fullmatch(path)):
                return function(request, match[1])
        raise GraphError(100, f"Unsupported {request.method.lower()} request.", subcode=33)

    # messages

    def send(self, request: Request, number: str) -> Answered:
        found, how = self.mailroom.take(number, request.json())
        if how:
            return Answer(silent=how == "timeout", cut=how == "cut")
        return reply(found)

    # media

    def upload(self, request: Request, number: str) -> Answer:
        self.state.number(number)
        parts = parts_of(request)
        kind, content = parts.get("file", ("", b""))
        said = parts.get("type", ("", b""))[1].decode("latin-1") or kind
        if parts.get("messaging_product", ("", b""))[1] != b"whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        if said not in MEDIA:
            raise GraphError(100, f"Param file must be a file with one of the following types: {', '.join(MEDIA)}")
        if not content or len(content) > MEDIA[said]:
            raise GraphError(131053, f"A file of {said} has 1 to {MEDIA[said]} bytes")
        if said in MAGIC and not content.startswith(MAGIC[said]):
            raise GraphError(131053, f"The file is not {said}")
        made = new_number()
        self.files.write(made, content)
        self.state.data["media"][made] = {
            "id": made, "mime_type": said, "sha256": hashlib.sha256(content).hexdigest(), "file_size": len(content),
            "number": number, "at": time.time(),
        }  # fmt: skip
        self.state.touch()
        return reply({"id": made})

    def delete_media(self, request: Request, wanted: str) -> Answer:
        if self.state.data["media"].pop(wanted, None) is None:
            raise no_such_object(wanted)
        self.files.remove(wanted)
        return reply({"success": True})

    def media_bytes(self, request: Request, wanted: str) -> Answer:
        """What the address in a media's answer leads to; it needs the token too. Raises GraphError."""
        self.state.check_token(request.headers.get("authorization", ""))
        if wanted not in self.state.data["media"]:
            raise no_such_object(wanted)
        return Answer(200, self.files.read(wanted), self.state.data["media"][wanted]["mime_type"])

    # one object, whatever it is

    def read(self, request: Request, wanted: str) -> Answer:
        data = self.state.data
        if wanted in data["media"]:
            known = {k: v for k, v in data["media"][wanted].items() if k not in ("number", "at")}
            return reply({**known, "url": f"{self.base}/_media/{wanted}", "messaging_product": "whatsapp"})
        if wanted in data["templates"]:
            return reply(_template(data["templates"][wanted], request.query))
        if wanted in data["numbers"]:
            return reply(_number(data["numbers"][wanted], request.query))
        if wanted == self.state.account["waba"]:
            known = {"id": wanted, "name": self.state.account["name"], "timezone_id": "1",
                     "message_template_namespace": f"ns_{wanted}"}  # fmt: skip
            return reply(_fields(known, request.query, ("id", "name")))
        if wanted == self.state.account["app"]:
            return reply({"id": wanted, "name": f"{self.state.account['name']} app"})
        raise no_such_object(wanted)

    def write(self, request: Request, wanted: str) -> Answer:
        asked = _asked(request)
        if wanted in self.state.data["templates"]:
            return reply(templates.edit(self.state, templates.find(self.state, wanted), asked))
        if wanted in self.state.data["numbers"]:
            return reply({"success": True})
        raise no_such_object(wanted)

    # numbers

    def register(self, request: Request, number: str) -> Answer:
        found = self.state.number(number)
        joins = not request.path.endswith("/deregister")
        if joins and not re.fullmatch(r"\d{6}", str(_asked(request).get("pin", ""))):
            raise GraphError(100, "pin must have six digits")
        found["registered"] = joins
        self.state.touch()
        return reply({"success": True})

    def list_numbers(self, request: Request, waba: str) -> Answer:
        self._waba(waba)
        return reply(
            _page([_number(n, request.query) for n in self.state.data["numbers"].values()], request, self.base)
        )

    # templates

    def list_templates(self, request: Request, waba: str) -> Answer:
        self._waba(waba)
        asked = request.query
        found = [
            t for t in self.state.data["templates"].values()
            if asked.get("name", "") in t["name"]
            and all(t[n] in asked[n].split(",") for n in ("language", "status", "category") if asked.get(n))
        ]  # fmt: skip
        page = _page([_template(t, asked) for t in found], request, self.base)
        if "summary" in asked:
            count = len(self.state.data["templates"])
            page["summary"] = {
                "total_count": len(found), "message_template_count": count, "message_template_limit": 6000,
                "are_translations_complete": True,
            }  # fmt: skip
        return reply(page)

    def submit(self, request: Request, waba: str) -> Answer:
        self._waba(waba)
        return reply(templates.submit(self.state, _asked(request)))

    def delete_template(self, request: Request, waba: str) -> Answer:
        self._waba(waba)
        templates.delete(self.state, need(request.query, "name"))
        return reply({"success": True})

    def unpause(self, request: Request, wanted: str) -> Answer:
        found = templates.find(self.state, wanted)
        if found["status"] != "PAUSED":
            raise GraphError(100, "The template is not paused", subcode=2593002)
        templates.change(self.state, found, "REINSTATED")
        return reply({"success": True, "reason": ""})

    def begin_sample(self, request: Request, app: str) -> Answer:
        if app != self.state.account["app"]:
            raise no_such_object(app)
        asked = {**request.query, **_asked(request)}
        if need(asked, "file_type") not in MEDIA or int(need(asked, "file_length")) > 16 * MEGABYTE:
            raise GraphError(100, "file_type or file_length is not allowed")
        made = f"upload:{secrets.token_urlsafe(18)}"
        self.state.data["uploads"][made] = int(asked["file_length"])
        return reply({"id": made})

    def sample(self, request: Request, wanted: str) -> Answer:
        length = self.state.data["uploads"].pop(wanted, None)
        if length is None:
            raise no_such_object(wanted)
        if len(request.body) != length or request.headers.get("file_offset", "0") != "0":
            raise GraphError(100, "The file is not as long as was said")
        handle = f"4::{secrets.token_urlsafe(24)}"
        self.state.data["uploads"][handle] = length
        self.state.touch()
        return reply({"h": handle})

    # webhooks

    def subscriptions(self, request: Request, waba: str) -> Answer:
        self._waba(waba)
        account = self.state.account
        app: Json = {"whatsapp_business_api_data": {"id": account["app"], "name": account["name"]}}
        if account["webhook"]:
            app["override_callback_uri"] = account["webhook"]
        return reply({"data": [app]})

    async def subscribe(self, request: Request, waba: str) -> Answer:
        try:
            self._waba(waba)
            asked = _asked(request)
            if address := str(asked.get("override_callback_uri", "")):
                await handshake(address, str(asked.get("verify_token", "")))
                self.state.connect({"webhook": address, "verify_token": asked.get("verify_token", "")})
                self.state.touch()
        except GraphError as error:
            return reply(error.body(), error.status)
        return reply({"success": True})

    def _waba(self, waba: str) -> None:
        if waba != self.state.account["waba"]:
            raise no_such_object(waba)


def _asked(request: Request) -> Json:
    found = request.json()
    return found if isinstance(found, dict) else dict(request.query)


def _fields(found: Json, query: dict[str, str], usual: tuple[str, ...]) -> Json:
    wanted = [name.strip() for name in query.get("fields", "").split(",") if name.strip()] or list(usual)
    return {name: found[name] for name in ["id", *wanted] if name in found}


def _template(template: Json, query: dict[str, str]) -> Json:
    shown = [
        {**part, "buttons": [{k: v for k, v in b.items() if k != "otp"} for b in part["buttons"]]}
        if part["type"] == "BUTTONS" else part for part in template["components"]
    ]  # fmt: skip
    known = {"parameter_format": "POSITIONAL", **template, "components": shown}
    return _fields(known, query, TEMPLATE_FIELDS)


def _number(number: Json, query: dict[str, str]) -> Json:
    known = {
        "id": number["id"], "display_phone_number": number["phone"], "verified_name": number["name"],
        "quality_rating": number["quality"], "status": number["status"], "platform_type": "CLOUD_API",
        "code_verification_status": "VERIFIED", "name_status": "APPROVED",
        "throughput": {"level": "HIGH" if number["mps"] >= 1000 else "STANDARD"},
        "whatsapp_business_manager_messaging_limit": number["limit"],
    }  # fmt: skip
    usual = ("id", "display_phone_number", "verified_name", "quality_rating", "platform_type", "throughput")
    return _fields(known, query, usual)


def _page(items: list[Any], request: Request, base: str) -> Json:
    """A page of at most `limit` items with cursors, as Graph has them."""
    limit = max(1, min(int(request.query.get("limit") or 25), 500))
    start = int(request.query.get("after") or 0)
    chosen, end = items[start : start + limit], start + limit
    page: Json = {"data": chosen, "paging": {"cursors": {"before": str(start), "after": str(end)}}}
    if end < len(items):
        page["paging"]["next"] = f"{base}{request.path}?limit={limit}&after={end}"
    return page
