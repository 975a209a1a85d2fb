"""What people write to the site's number: it opens the customer-service window, and STOP is obeyed at once.

Their words are not kept: there is nobody here to answer them.
"""

from __future__ import annotations

import datetime as dt

import structlog

from kernel import crypto
from messaging.consent.services import consent
from messaging.meta.news import Inbound, Preference
from messaging.models import Contact
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")


def receive(message: Inbound, *, now: dt.datetime) -> None:
    """Note that somebody wrote, and do what a keyword says."""
    at = min(message.at, now)
    index = crypto.keyed_index(message.phone, site_id=current_site().id, field="phone") if message.phone else None
    _seen(index, message.user_id, at)
    word = consent.word_of(message.text) if message.kind in {"text", "button", "interactive"} else None
    if word is None or not message.phone:
        return
    if word == "stop":
        consent.opt_out_number(phone=message.phone, source="keyword", now=now)
    else:
        consent.resume_number(phone=message.phone, source="keyword", now=now)
    log.info("keyword", word=word)


def prefer(said: Preference, *, now: dt.datetime) -> None:
    """Meta's own switch for marketing messages."""
    if not said.phone:
        return
    if said.value == "stop":
        consent.opt_out_number(phone=said.phone, source="meta", now=now)
    elif said.value == "resume":
        consent.resume_number(phone=said.phone, source="meta", now=now)


def _seen(index: bytes | None, user_id: str, at: dt.datetime) -> None:
    """The window is kept by phone, else by Meta's id; it only moves forward."""
    which = {"phone_index": index} if index else {"user_id": user_id}
    if not any(which.values()):
        return
    contact, made = Contact.objects.get_or_create(**which, defaults={"last_in_at": at})
    if not made:
        Contact.objects.filter(id=contact.id, last_in_at__lt=at).update(last_in_at=at)
