"""A merchant's WhatsApp: what it has left, what is switched on, and how the last month went."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agents.web.base import Page, PostAction
from credits.choices import BALANCE_LABELS, CreditUnit
from credits.queries import balances
from kernel import clock
from merchants.web.base import merchant_of
from messaging.choices import Type
from messaging.meta.queries import senders
from messaging.queries import state
from messaging.services import delivery
from messaging.web import log, unpaid
from tenants.walls import current_site, wall


class WhatsAppPage(Page):
    verb = "message.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant = merchant_of(request)
        context: dict[str, Any] = {
            "merchant": merchant, "wallets": [self._wallet(merchant.id, unit) for unit in Type.values],
            "figures": log.figures(reverse("messages:list"), now=clock.now()),
            "unpaid": unpaid.shown(merchant.id, self.actor, now=clock.now()),
            "unknown": log.unknown(reverse("messages:list")),
            "on": state.is_on_for_merchants(), "rests": _rests(clock.now()), "delivers": state.switch_of(merchant.id),
            "may_change": self.actor.can("whatsapp.manage"),
        }  # fmt: skip
        return render(request, "messaging/whatsapp.html", context)

    def _wallet(self, merchant_id: Any, unit: str) -> dict[str, Any]:
        account = balances.wallet_of_merchant(merchant_id, unit)
        return {
            "label": BALANCE_LABELS[CreditUnit(unit)], "balance": account.balance or 0, "held": account.held,
            "url": reverse("merchants:wallet", args=[unit]),
        }  # fmt: skip


def _rests(now: dt.datetime) -> bool:
    """Whether messages wait: the site's number, or the platform's account. Merchants have no right to either."""
    with wall(current_site(), "site"):
        return senders.rests(now=now)


class SwitchDelivery(PostAction):
    verb = "whatsapp.manage"
    done = _("Saved.")

    def act(self) -> str:
        delivery.switch(
            merchant_id=merchant_of(self.request).id, delivery=self.request.POST.get("delivery") == "on",
            actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return self.back()

    def back(self) -> str:
        return reverse("messages:whatsapp")
