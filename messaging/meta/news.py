"""What a webhook of Meta's says, read without trusting it to be whole: an item that makes no sense is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

Json = dict[str, Any]
MESSAGES, PREFERENCES = "messages", "user_preferences"
STATUSES = frozenset({"sent", "delivered", "read", "failed"})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a message. `recipient` is E.164, or empty where the person hides the number; `billable` is None
    where Meta did not say."""

    wamid: str
    status: str  # sent, delivered, read, failed
    at: dt.datetime
    callback: str
    recipient: str = field(repr=False)
    user_id: str = field(repr=False)
    code: int | None
    title: str
    category: str
    pricing_type: str
    billable: bool | None


@dataclass(frozen=True, slots=True)
class Inbound:
    """What somebody wrote to us. `phone` is E.164, or empty where the person hides the number."""

    wamid: str
    phone: str = field(repr=False)
    user_id: str = field(repr=False)
    name: str = field(repr=False)
    at: dt.datetime
    kind: str
    text: str = field(repr=False)
    context_wamid: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Somebody stopped or resumed marketing messages in WhatsApp itself."""

    phone: str = field(repr=False)
    user_id: str = field(repr=False)
    value: str  # stop, resume
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Items:
    statuses: list[Status]
    messages: list[Inbound]
    preferences: list[Preference]


def changes(body: Any) -> Iterator[tuple[str, str, Json, str]]:
    """(account id, field, value, when Meta noticed it) of everything in a webhook's body."""
    if not isinstance(body, dict) or body.get("object") != "whatsapp_business_account":
        return
    for entry in _dicts(body.get("entry")):
        for change in _dicts(entry.get("changes")):
            if isinstance(change.get("value"), dict):
                yield (
                    str(entry.get("id", "")),
                    str(change.get("field", "")),
                    change["value"],
                    str(entry.get("time", "")),
                )


def number_of(value: Json) -> str:
    """The phone number id that a change is about; empty where it is about none."""
    metadata = value.get("metadata")
    return str(metadata.get("phone_number_id", "")) if isinstance(metadata, dict) else ""


def items(parts: Iterable[tuple[str, Json]]) -> Items:
    """Statuses, messages and wishes in (field, value) pairs, in their order."""
    found = Items([], [], [])
    for name, value in parts:
        people = _People(value)
        if name == MESSAGES:
            found.statuses.extend(_each(value.get("statuses"), people, _status))
            found.messages.extend(_each(value.get("messages"), people, _inbound))
        elif name == PREFERENCES:
            found.preferences.extend(_each(value.get("user_preferences"), people, _preference))
    return found


class _People:
    """The contacts of a change: by number, by id, and the one who is alone."""

    def __init__(self, value: Json) -> None:
        known = _dicts(value.get("contacts"))
        self._by_phone = {str(c["wa_id"]): c for c in known if c.get("wa_id")}
        self._by_id = {str(c["user_id"]): c for c in known if c.get("user_id")}
        self._only = known[0] if len(known) == 1 else {}

    def find(self, phone: str, user_id: str) -> tuple[str, str, str]:
        """(E.164, user id, name) of whoever has this number or this id."""
        contact = self._by_phone.get(phone) or self._by_id.get(user_id) or ({} if phone or user_id else self._only)
        profile = contact.get("profile")
        name = str(profile.get("name") or "") if isinstance(profile, dict) else ""
        number = phone or str(contact.get("wa_id") or "")
        return (f"+{number.lstrip('+')}" if number else ""), user_id or str(contact.get("user_id") or ""), name


def _status(said: Json, people: _People) -> Status | None:
    if said["status"] not in STATUSES:
        return None
    recipient, user_id, _ = people.find(_text(said.get("recipient_id")), _text(said.get("recipient_user_id")))
    error = next(iter(_dicts(said.get("errors"))), {})
    price = said.get("pricing") if isinstance(said.get("pricing"), dict) else None
    kind = _text(price.get("type") or price.get("pricing_type")) if price else ""
    # `billable` is on its way out at Meta: the type of price says it better.
    billable = (kind == "regular") if kind else (price.get("billable") if price else None)
    return Status(
        wamid=str(said["id"]), status=said["status"], at=_moment(said["timestamp"]),
        callback=_text(said.get("biz_opaque_callback_data")), recipient=recipient, user_id=user_id,
        code=int(error["code"]) if "code" in error else None, title=_text(error.get("title")),
        category=_text(price.get("category")) if price else "", pricing_type=kind,
        billable=billable if isinstance(billable, bool) else None,
    )  # fmt: skip


def _inbound(said: Json, people: _People) -> Inbound:
    phone, user_id, name = people.find(_text(said.get("from")), _text(said.get("from_user_id")))
    context = said.get("context")
    return Inbound(
        wamid=str(said["id"]), phone=phone, user_id=user_id, name=name, at=_moment(said["timestamp"]),
        kind=str(said["type"]), text=_words(said), context_wamid=_text(context.get("id")) if context else "",
    )  # fmt: skip


def _words(said: Json) -> str:
    """What was said, whatever it was said with."""
    kind = str(said["type"])
    part = said.get(kind)
    if not isinstance(part, dict):
        return ""
    if kind == "interactive":
        part = part.get("button_reply") or part.get("list_reply") or {}
        return _text(part.get("title"))
    return _text(part.get("body") or part.get("text") or part.get("payload") or part.get("caption"))


def _preference(said: Json, people: _People) -> Preference | None:
    value = _text(said["value"]).lower()
    if value not in ("stop", "resume"):
        return None
    phone, user_id, _ = people.find(_text(said.get("wa_id")), _text(said.get("user_id")))
    return Preference(phone=phone, user_id=user_id, value=value, at=_moment(said["timestamp"]))


def _each(found: Any, people: _People, read: Callable[[Json, _People], _T | None]) -> Iterator[_T]:
    for said in _dicts(found):
        try:
            made = read(said, people)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            continue
        if made is not None:
            yield made


def _dicts(found: Any) -> list[Json]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _moment(value: Any) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(value), dt.UTC)
