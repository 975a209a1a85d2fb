"""What people write to the site's number: it opens the customer-service window, and STOP is obeyed at once.

Their words are not kept: there is nobody here to answer them.
"""

from __future__ import annotations

import datetime as dt

import structlog

from kernel import crypto
from messaging.consent.services import consent
from messaging.meta.errors import NotConnected
from messaging.meta.news import Inbound, Preference
from messaging.meta.queries import senders
from messaging.meta.services import account
from messaging.meta.services.client import Refused
from messaging.models import Contact, Message
from messaging.models.contact import WINDOW
from tenants.walls import current_site

log = structlog.get_logger("couponry.messaging")


def receive(message: Inbound, *, now: dt.datetime) -> bool:
    """Note that somebody wrote, and do what a keyword says; whether there was one and it was done."""
    at = min(message.at, now)
    # Who hides the number has an open window, too, where we know who it is: the same person's claim finds it.
    found = _numbers(message.phone, message.user_id, message.context_wamid)
    for index in found:
        _seen(index, at)
    word = consent.word_of(message.text) if message.kind in {"text", "button", "interactive"} else None
    if word is None:
        return False
    if not found:
        log.warning("keyword of somebody unknown", word=word)
        return False
    # By the moment it was written: what Meta brings late must not undo what was said after it.
    for index in found:
        if word == "stop":
            consent.opt_out_number(index=index, source="keyword", now=at)
        else:
            consent.resume_number(index=index, source="keyword", now=at)
    log.info("keyword", word=word)
    return True


def show_read(message: Inbound) -> None:
    """Show whoever wrote it that it was read. Raises Unreachable, Unknown: ask again later."""
    sender = senders.mine()
    if sender is None:
        return
    try:
        account.client().mark_read(sender.phone_number_id, message.wamid)
    except (NotConnected, Refused) as refused:
        log.warning("a keyword's message could not be shown as read", reason=str(refused))


def prefer(said: Preference, *, now: dt.datetime) -> None:
    """Meta's own switch for marketing messages."""
    found = _numbers(said.phone, said.user_id, "")
    if not found:
        log.warning("switch of somebody unknown", value=said.value)
    at = min(said.at, now)
    for index in found:
        if said.value == "stop":
            consent.opt_out_number(index=index, source="meta", now=at)
        elif said.value == "resume":
            consent.resume_number(index=index, source="meta", now=at)


def _numbers(phone: str, user_id: str, wamid: str) -> set[bytes]:
    """Whose numbers these are: as WhatsApp writes it, and as we wrote to it.

    The two differ where WhatsApp has a way of its own (Mexico, Argentina, Brazil); somebody may hide the first.
    """
    own = crypto.keyed_index(phone, site_id=current_site().id, field="phone") if phone else None
    return {index for index in (own, _behind(user_id, wamid)) if index is not None}


def _behind(user_id: str, wamid: str) -> bytes | None:
    """The number that we wrote to under Meta's id of this person, or with the message that is answered."""
    found = Message.objects.filter(user_id=user_id).order_by("-created_at").first() if user_id else None
    found = found or (Message.objects.filter(wamid=wamid).first() if wamid else None)
    return bytes(found.recipient) if found else None


def _seen(index: bytes, at: dt.datetime) -> None:
    """The window opens, or stays open for longer; it only moves forward."""
    contact, made = Contact.objects.get_or_create(phone_index=index, defaults={"last_in_at": at})
    if not made:
        Contact.objects.filter(id=contact.id, last_in_at__lt=at).update(last_in_at=at)


def forget(*, now: dt.datetime) -> int:
    """Windows that have closed: who wrote, and when, is kept no longer than it counts. Returns how many."""
    return int(Contact.objects.filter(last_in_at__lt=now - WINDOW).delete()[0])
