"""UI credits are used up: what a merchant reads of it, and sending what went out without WhatsApp."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from agents.web.base import PostAction
from kernel import clock
from merchants.models import Merchant
from merchants.notices import Notice
from merchants.web.base import actor_of, merchant_of, or_404
from messaging import words
from messaging.choices import NO_CREDITS, State
from messaging.models import Message
from messaging.queries import log, state
from messaging.queries import unpaid as read
from messaging.services import unpaid


@dataclass(frozen=True)
class Shown:
    """What stands in the alert. `send_url`: all of them can be sent; `buy_url`: there are no credits."""

    title: str
    count: int
    list_url: str
    send_url: str = ""
    buy_url: str = ""


def shown(merchant_id: uuid.UUID, actor: Actor, *, now: dt.datetime) -> Shown | None:
    """The alert of the merchant's WhatsApp page; None where nothing waits and credits are left. At level merchant."""
    if not _is_on(merchant_id):
        return None
    return _shown(read.of_merchant(merchant_id, now=now), actor)


def _is_on(merchant_id: uuid.UUID) -> bool:
    return state.is_on_for_merchants() and state.switch_of(merchant_id)


def _shown(found: read.Unpaid, actor: Actor) -> Shown | None:
    if found.since is None and found.left:
        return None
    title = words.unpaid(found.count, found.since) if found.since else _("No WhatsApp UI credits are left")
    may_send = bool(found.count and found.left and actor.can("message.send"))
    return Shown(
        title, found.count, f"{reverse('messages:list')}?state={State.CANCELLED}",
        send_url=reverse("messages:send-all") if may_send else "", buy_url="" if found.left else reverse("buy:plan"),
    )  # fmt: skip


def notices(request: HttpRequest, merchant: Merchant, now: dt.datetime) -> Iterable[Notice]:
    """The same on the first page, but for merchants that never had UI credits."""
    actor = actor_of(request)
    if not actor.can("message.view") or not _is_on(merchant.id):
        return
    found = read.of_merchant(merchant.id, now=now)
    alert = _shown(found, actor) if found.had else None
    if alert is None:
        return
    if alert.buy_url:
        text = _("You have no WhatsApp UI credits left. Coupons are shown on the screen all the same.")
        yield Notice("warning", alert.title, text, alert.buy_url, _("Buy WhatsApp UI credits"))
    else:
        text = _("There are UI credits again: coupons that can still be used can be sent now.")
        yield Notice("info", alert.title, text, reverse("messages:whatsapp"), _("Open WhatsApp"))


def send_url(message: Message, actor: Actor, *, now: dt.datetime) -> str:
    """Where this message is sent after all; "" where it cannot be, or not by this person."""
    if message.state != State.CANCELLED or message.error != NO_CREDITS or not actor.can("message.send"):
        return ""
    found = read.waiting(now=now).filter(id=message.id).exists()
    return reverse("messages:send", args=[message.id]) if found else ""


class SendOne(PostAction):
    verb = "message.send"
    done: Any = gettext_lazy("It is on its way.")

    def act(self) -> str:
        message = or_404(log.get, self.kwargs["message_id"])
        merchant_id = merchant_of(self.request).id
        if not unpaid.send_one(message.id, merchant_id=merchant_id, actor=self.actor, now=clock.now()):
            self.done = _("It was sent already, or its coupon cannot be used any more.")
        return self.back()

    def back(self) -> str:
        return reverse("messages:message", args=[self.kwargs["message_id"]])


class SendAll(PostAction):
    verb = "message.send"

    def act(self) -> str:
        job = unpaid.send_all(merchant_id=merchant_of(self.request).id, actor=self.actor, now=clock.now())
        if job is None:
            messages.info(self.request, _("There is nothing left to send."))
            return self.back()
        return reverse("merchants:job", args=[job.id])

    def back(self) -> str:
        return reverse("messages:whatsapp")
