"""What goes over the wire: Graph's errors, ids, times."""

from __future__ import annotations

import base64
import re
import secrets
import time
from typing import Any

Json = dict[str, Any]
HOUR = 3600
WINDOW = 24 * HOUR

# code: (HTTP status, title)
ERRORS: dict[int, tuple[int, str]] = {
    1: (500, "An unknown error occurred"),
    2: (500, "Service temporarily unavailable"),
    4: (429, "Application request limit reached"),
    10: (403, "Application does not have permission for this action"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    200: (403, "You do not have the necessary permissions to send messages"),
    368: (403, "Temporarily blocked for policies violations"),
    2200: (400, "Callback verification failed"),
    80007: (429, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131045: (400, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (429, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (429, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (503, "Account in maintenance mode"),
    131062: (400, "Business-scoped user id cannot be used for this message"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Content policy violated"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    133004: (503, "Server is temporarily unavailable"),
    133010: (400, "Phone number not registered"),
}


class GraphError(Exception):
    """An answer in Graph's error form."""

    def __init__(self, code: int, details: str = "", *, subcode: int = 0, status: int = 0, title: str = "") -> None:
        known = ERRORS.get(code, (400, "Error"))
        super().__init__(details or known[1])
        self.code, self.details, self.subcode = code, details, subcode
        self.status, self.title = status or known[0], title or known[1]

    def body(self) -> Json:
        error: Json = {"message": f"(#{self.code}) {self.title}", "type": "OAuthException", "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error |= {"error_subcode": self.subcode, "error_user_title": self.title, "error_user_msg": self.details}
        return {"error": {**error, "fbtrace_id": secrets.token_urlsafe(9)}}

    def in_status(self) -> Json:
        """The same, as a failed status carries it."""
        return {
            "code": self.code, "title": self.title, "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }  # fmt: skip


def no_such_object(wanted: str) -> GraphError:
    return GraphError(100, f"Unsupported request. Object with ID '{wanted}' does not exist", subcode=33)


def new_wamid() -> str:
    return "wamid." + base64.b64encode(secrets.token_bytes(27)).decode()


def new_number() -> str:
    """An id as Meta's objects have them."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def digits(phone: object) -> str:
    """A number as Meta keeps it: digits only."""
    return re.sub(r"\D", "", str(phone))


def epoch() -> str:
    return str(int(time.time()))


def need(params: Json, name: str) -> str:
    """A parameter that must be there. Raises GraphError."""
    if params.get(name) in (None, ""):
        raise GraphError(100, f"The parameter {name} is required.")
    return str(params[name])
