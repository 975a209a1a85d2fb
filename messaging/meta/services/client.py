"""A client of the WhatsApp Cloud API for one token.

Every call ends in one of four ways: an answer; `Refused` (Meta said no, with what to do about it); `Unreachable`
(nothing was sent); `Unknown` (the request may have arrived, and must not be repeated blindly).
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests
import urllib3.exceptions as urllib3_errors
from django.db import connection
from requests.utils import get_environ_proxies

from messaging.meta.choices import Verdict, verdict_of

CONNECT_SECONDS = 5.0
PAGE = 100
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,status,throughput,whatsapp_business_manager_messaging_limit"
)
Json = dict[str, Any]


class Refused(Exception):
    """Meta said no. `details` is Meta's sentence: it may name the recipient, so it belongs in no log."""

    def __init__(
        self, code: int | None, subcode: int | None, http_status: int, title: str = "", details: str = ""
    ) -> None:
        self.verdict: Verdict = verdict_of(code, http_status, subcode)
        super().__init__(f"{code or http_status}: {self.verdict}")
        self.code, self.subcode, self.http_status, self.title, self.details = code, subcode, http_status, title, details


class Unreachable(Exception):
    """Meta was never connected to: nothing was sent."""


class Unknown(Exception):
    """The request may have arrived: nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took the message; whether it was sent, a status says later. `held`: Meta looks at the template first."""

    wamid: str
    wa_id: str
    user_id: str
    held: bool


_local = threading.local()


def _session(base: str) -> requests.Session:
    """This thread's session. The environment is read once: a .netrc must not replace our token."""
    sessions: dict[str, requests.Session] = _local.__dict__.setdefault("sessions", {})
    if base not in sessions:
        made = requests.Session()
        made.trust_env = False
        made.proxies.update(get_environ_proxies(base))
        sessions[base] = made
    return sessions[base]


class Client:
    """Safe to use from many threads: each has a session of its own."""

    def __init__(self, base: str, version: str, token: str, timeout: float) -> None:
        self._base, self._version, self._token, self._timeout = base.rstrip("/"), version, token, timeout

    def __repr__(self) -> str:
        return f"Client({self._base}/{self._version})"

    # messages

    def send(self, phone_number_id: str, body: Json) -> Accepted:
        """Send one message, a dictionary of `bodies`. Raises Refused, Unreachable, Unknown."""
        found = self._call("POST", f"{phone_number_id}/messages", json=body)
        try:
            message, contact = found["messages"][0], (found.get("contacts") or [{}])[0]
            return Accepted(
                wamid=str(message["id"]), wa_id=str(contact.get("wa_id", "")), user_id=str(contact.get("user_id", "")),
                held=message.get("message_status") == "held_for_quality_assessment",
            )  # fmt: skip
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise Unknown("an answer without a message") from error

    def mark_read(self, phone_number_id: str, wamid: str) -> None:
        """Show the customer that the message was read. Raises Refused, Unreachable, Unknown."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        self._call("POST", f"{phone_number_id}/messages", json=body)

    # media

    def upload(self, phone_number_id: str, content: bytes, mime: str) -> str:
        """Keep a file at Meta for 30 days; returns its id. Raises Refused, Unreachable, Unknown."""
        found = self._call(
            "POST", f"{phone_number_id}/media", data={"messaging_product": "whatsapp", "type": mime},
            files={"file": (f"file.{mime.rpartition('/')[2]}", content, mime)},
        )  # fmt: skip
        return _id(found)

    # numbers and account

    def number(self, phone_number_id: str) -> Json:
        """Name, quality, speed and limit of a number, in Meta's words. Raises Refused, Unreachable, Unknown."""
        return self._call("GET", phone_number_id, params={"fields": NUMBER_FIELDS})

    def account(self, waba_id: str) -> Json:
        """`id` and `name` of the business account. Raises Refused, Unreachable, Unknown."""
        return self._call("GET", waba_id, params={"fields": "id,name,timezone_id,message_template_namespace"})

    def numbers(self, waba_id: str) -> list[Json]:
        """Every number of the account. Raises Refused, Unreachable, Unknown."""
        return list(self._pages(f"{waba_id}/phone_numbers", {"fields": NUMBER_FIELDS}))

    def subscribe(self, waba_id: str, callback: str, verify_token: str) -> None:
        """Have the account's webhooks sent to `callback`, which Meta calls at once. Raises Refused and the others."""
        body = {"override_callback_uri": callback, "verify_token": verify_token}
        self._call("POST", f"{waba_id}/subscribed_apps", json=body)

    # templates

    def templates(self, waba_id: str) -> Iterator[Json]:
        """Every template of the account, page by page. Raises Refused, Unreachable, Unknown."""
        fields = "id,name,language,status,category,rejected_reason,components"
        return self._pages(f"{waba_id}/message_templates", {"fields": fields})

    def submit_template(self, waba_id: str, template: Json) -> Json:
        """`id`, `status`, `category` of a new template. Raises Refused, Unreachable, Unknown."""
        return self._call("POST", f"{waba_id}/message_templates", json=template)

    def edit_template(self, template_id: str, changes: Json) -> Json:
        """Submit other components of a template that exists. Raises Refused, Unreachable, Unknown."""
        return self._call("POST", template_id, json=changes)

    def template(self, template_id: str) -> Json:
        """One template. Raises Refused, Unreachable, Unknown."""
        return self._call("GET", template_id)

    def unpause_template(self, template_id: str) -> None:
        """Raises Refused, Unreachable, Unknown."""
        self._call("POST", f"{template_id}/unpause")

    def upload_sample(self, app_id: str, content: bytes, mime: str, name: str) -> str:
        """The handle of an example picture for a template's header. Raises Refused, Unreachable, Unknown."""
        asked = {"file_name": name, "file_length": str(len(content)), "file_type": mime}
        session = _id(self._call("POST", f"{app_id}/uploads", params=asked))
        found = self._call(
            "POST", session, data=content, headers={"file_offset": "0", "Content-Type": "application/octet-stream"}
        )
        if not isinstance(found.get("h"), str):
            raise Unknown("an upload without a handle")
        return str(found["h"])

    # the wire

    def _pages(self, path: str, params: Json) -> Iterator[Json]:
        after = ""
        while True:
            page = self._call("GET", path, params={**params, "limit": PAGE, **({"after": after} if after else {})})
            yield from page.get("data", [])
            paging = page.get("paging") or {}
            last, after = after, str((paging.get("cursors") or {}).get("after", ""))
            if not paging.get("next") or not after or after == last:
                return

    def _call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **what: Any) -> Json:
        _must_be_outside()
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        timeout = (min(CONNECT_SECONDS, self._timeout), self._timeout)
        try:
            # Redirects are not followed: a POST would become a GET, and its answer something else.
            response = _session(self._base).request(
                method, f"{self._base}/{self._version}/{path}", headers=sent, timeout=timeout, allow_redirects=False,
                **what,
            )  # fmt: skip
        except requests.RequestException as error:
            # Not chained: the address and the token stay out of logs.
            raise (Unreachable if _never_sent(error) else Unknown)(type(error).__name__) from None
        return _answer(response)


def _answer(response: requests.Response) -> Json:
    """What Meta said. Raises Refused, or Unknown where something between us and Meta answered."""
    try:
        found = response.json()
    except ValueError:
        found = None
    error = found.get("error") if isinstance(found, dict) else None
    if isinstance(error, dict):
        raise _refusal(error, response.status_code)
    if response.ok and isinstance(found, dict):
        return found
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Refused(None, None, response.status_code)  # whoever says so has passed nothing on
    raise Unknown(f"status {response.status_code} without an answer of Meta's")


def _refusal(error: Json, status: int) -> Refused:
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else ""
    return Refused(
        _whole(error.get("code")), _whole(error.get("error_subcode")), status,
        title=str(error.get("error_user_title") or error.get("message") or ""),
        details=str(details or error.get("error_user_msg") or ""),
    )  # fmt: skip


def _never_sent(error: requests.RequestException) -> bool:
    """Whether the connection was not even made. A request that was under way when it broke may have arrived."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(reason, urllib3_errors.NewConnectionError | urllib3_errors.ConnectTimeoutError):
        return True
    if isinstance(reason, urllib3_errors.ProxyError):
        return True
    return isinstance(reason, urllib3_errors.SSLError) and isinstance(
        reason.args[0] if reason.args else None, ssl.SSLCertVerificationError
    )


def _must_be_outside() -> None:
    """Raises RuntimeError inside a transaction: a slow answer would hold its locks."""
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("WhatsApp is never asked inside a database transaction")


def _id(found: Json) -> str:
    if not found.get("id"):
        raise Unknown("an answer without an id")
    return str(found["id"])


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
