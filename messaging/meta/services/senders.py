"""Letting a site's number rest, and sending again."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.actors import Actor, system
from accounts.services import audit
from kernel.services import outbox
from messaging.meta import locks
from messaging.meta.choices import SenderState
from messaging.meta.models import Sender

PAUSED = "whatsapp.sender_paused"
ACTOR = system("WhatsApp")


def pause(
    sender_id: uuid.UUID, reason: str, until: dt.datetime | None, now: dt.datetime, *, actor: Actor = ACTOR
) -> None:
    """Nothing goes out of this number until `until`, or until somebody resumes it. The console is told.

    A pause that is there already is only made longer. Raises Sender.DoesNotExist.
    """
    with transaction.atomic():
        sender = locks.sender(sender_id)
        if sender.state == SenderState.OFF or (sender.state == SenderState.PAUSED and _lasts(sender, until)):
            return
        _set(sender, actor, now, state=SenderState.PAUSED, pause_reason=reason[:200], paused_until=until)
        outbox.emit(PAUSED, site_id=sender.site_id, now=now, sender_id=str(sender.id))


def resume(sender_id: uuid.UUID, now: dt.datetime, *, actor: Actor = ACTOR) -> None:
    """Send again. Raises Sender.DoesNotExist."""
    with transaction.atomic():
        sender = locks.sender(sender_id)
        if sender.state != SenderState.ON:
            _set(sender, actor, now, state=SenderState.ON, pause_reason="", paused_until=None)


def _lasts(sender: Sender, until: dt.datetime | None) -> bool:
    """Whether the pause there is lasts at least until then."""
    return sender.paused_until is None or (until is not None and sender.paused_until >= until)


def _set(sender: Sender, actor: Actor, now: dt.datetime, **values: object) -> None:
    before = {name: getattr(sender, name) for name in values}
    for name, value in values.items():
        setattr(sender, name, value)
    sender.save(update_fields=list(values))
    audit.record(f"sender.{sender.state}", sender, actor=actor, now=now, before=before, after=values)
