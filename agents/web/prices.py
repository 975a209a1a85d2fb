"""The price book as staff of a site read it: what their merchants pay, and what the agent keeps. Nothing can be set."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from agents.queries import companies
from credits.pricing.choices import ItemKind
from credits.pricing.models import Price
from credits.pricing.queries import history
from kernel import clock
from tenants.models import Site
from ui.lists import CREDITS, DATE, Choice, Column, Empty, ListView, MoneyKind, StateKind
from ui.text import percent_text

_SHOWN = [
    Column(
        "item", _("Item"), value=lambda row: row.item.name(get_language() or "en"), sort="item__position", primary=True
    ),
    Column("kind", _("Kind"), value="item.get_kind_display", hidden=True),
    Column("coupon", _("Coupon credits"), value="item.coupon", kind=CREDITS, hidden=True),
    Column("wa_ui", _("WhatsApp UI credits"), value="item.wa_ui", kind=CREDITS, hidden=True),
    Column("wa_bi", _("WhatsApp BI credits"), value="item.wa_bi", kind=CREDITS, hidden=True),
    Column("retail", _("Merchants pay"), value="retail", kind=MoneyKind("currency"), sort="retail"),
]
_OF_AGENTS = [
    Column("cost", _("Taken from your wallet"), value="cost", kind=MoneyKind("currency"), sort="cost"),
    Column("profit", _("You keep"), value="profit", kind=MoneyKind("currency"), sort=F("retail") - F("cost")),
    Column(
        "share", _("In %"), align="end",
        value=lambda row: percent_text(100 * row.profit / row.retail, digits=1) if row.retail else "",
    ),
]  # fmt: skip
_WHEN = [
    Column("state", _("State"), kind=StateKind("price")),
    Column("from", _("From"), value="valid_from", kind=DATE, sort="valid_from"),
]


class PriceBook(ListView):
    verb = "price.view"
    name = "prices"
    title = _("Prices")
    filters = [
        Choice("kind", _("Kind"), field="item__kind", choices=ItemKind.choices, multiple=True),
        Choice(
            "state", _("State"), choices=[("current", _("Holds now")), ("upcoming", _("To come"))],
        ),
    ]  # fmt: skip
    search_fields = ["item__name_en__icontains", "item__name_ar__icontains", "item__code__icontains"]
    default_sort = "item"
    empty = Empty(
        _("Nothing is sold here yet"),
        _("The platform sets the prices. As soon as there are some in your currency, your merchants can buy."),
        icon="tags",
    )

    @cached_property
    def agent(self) -> Agent | None:
        """The agent of this site; the main site has none, and no wallet that pays costs."""
        return companies.of_site(self.request.site.id)  # type: ignore[attr-defined]

    @property
    def columns(self) -> Sequence[Column]:  # type: ignore[override]
        return [*_SHOWN, *(_OF_AGENTS if self.agent else []), *_WHEN]

    @property
    def list_subtitle(self) -> Any:
        if self.agent:
            return _("The platform sets them. Your merchants pay you; its cost is taken from your wallet.")
        return _("The platform sets them, on the console.")

    def get_queryset(self) -> QuerySet[Price]:
        site: Site = self.request.site  # type: ignore[assignment]
        return history.list_here(
            country=site.country, currency=site.currency, agent_id=self.agent.id if self.agent else None,
            now=clock.now(),
        )  # fmt: skip
