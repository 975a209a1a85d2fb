"""The last message's state beside the coupon's, in the merchant's lists of coupons; consent on a customer's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from merchants.beside import Beside, Card
from merchants.models import Coupon, Customer
from messaging.choices import State
from messaging.consent.queries import register
from messaging.queries import log
from ui.lists import Choice, Column, MenuItem, StateKind

NONE = "none"


def _narrow(rows: QuerySet[Coupon], wanted: Sequence[str]) -> QuerySet[Coupon]:
    states = [state for state in wanted if state != NONE]
    return log.by_last_message(rows, states=states, without=NONE in wanted)


def _menu(coupon: Coupon) -> list[MenuItem]:
    if not getattr(coupon, "last_message", None):
        return []
    url = f"{reverse('messages:list')}?{urlencode({'q': coupon.serial})}"
    return [MenuItem(_("Its messages"), url, icon="message-circle")]


def _consent(customer: Customer, actor: Actor) -> dict[str, Any]:
    """What the customer agreed to with this merchant, whether the number is stopped, and where its messages are."""
    optin = register.of_customer(customer.id)
    return {
        "optin": optin, "stop": register.newest_stop(bytes(customer.phone_index)),
        "history_url": reverse("consent:history", args=[optin.id]) if optin else "",
        "messages_url": f"{reverse('messages:list')}?customer={customer.id}" if actor.can("message.view") else "",
    }  # fmt: skip


CUSTOMER = Card("consent.view", "messaging/customer_card.html", _consent)
COUPONS = Beside(
    verb="message.view",
    columns=[Column("message", _("Last message"), value="last_message", kind=StateKind("message"))],
    filters=[
        Choice("message", _("Last message"), choices=[*State.choices, (NONE, _("No message"))], multiple=True,
               apply=_narrow),
    ],
    annotate=log.with_last_message,
    menu=_menu,
)  # fmt: skip
