"""The price book: what is sold, what it costs where, and what it cost before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.queries import trail
from agents import words
from agents.models import Agent
from agents.queries import companies
from agents.web.base import Page, PostAction
from console.web.agents import CURRENCIES
from credits.pricing.choices import ItemKind
from credits.pricing.models import Price, PriceItem
from credits.pricing.queries import history, warnings
from credits.pricing.queries.warnings import CheapBi
from credits.pricing.services import items, prices
from credits.pricing.services.prices import Scope
from kernel import clock
from kernel.ids import uuid_or_none
from tenants.models import Site
from tenants.queries import lists
from ui.components import Tab
from ui.lists import (
    CREDITS,
    DATE,
    WHEN,
    Action,
    Boolean,
    Bulk,
    Choice,
    Column,
    DateRange,
    Empty,
    ListView,
    MenuItem,
    MoneyKind,
    StateKind,
)
from ui.text import money_text, percent_text

LINES_SHOWN = 50


def language() -> str:
    return get_language() or "en"


def price_tabs(current: str) -> list[Tab]:
    names = (("prices", _("Prices")), ("price-items", _("Items")), ("price-history", _("History")))
    return [Tab(label, reverse(f"console:{name}"), current=name == current) for name, label in names]


def share(price: Price) -> str:
    """The agent's profit as a percentage of the price."""
    return percent_text(100 * price.profit / price.retail, digits=1) if price.retail else ""


def warn(cheap: CheapBi) -> str:
    """A warning in words."""
    return _t(
        "%(bi)s costs %(cost)s: less than ten times “%(ui)s” per credit. From %(least)s on there is nothing to warn of."
    ) % {
        "bi": cheap.bi.name(language()), "cost": money_text(cheap.bi.cost, cheap.bi.currency),
        "ui": cheap.ui.name(language()), "least": money_text(cheap.least_cost, cheap.bi.currency),
    }  # fmt: skip


def scope_query(price: Price) -> str:
    """The scope of a price as a query string."""
    query = QueryDict(mutable=True)
    query.update({"currency": price.currency, "country": price.country, "agent": str(price.agent_id or "")})
    return query.urlencode()


def scope_of(query: QueryDict, actor: Actor) -> Scope:
    """The scope a query string names; an agent's own prices are in its site's currency. Raises Http404."""
    country = query.get("country", "")
    if country and country not in dict(lists.choices("country", "en")):
        raise Http404
    if not query.get("agent"):
        currency = query.get("currency") or CURRENCIES[0]
        if currency not in CURRENCIES:
            raise Http404
        return Scope(currency, country)
    agent_id = uuid_or_none(query["agent"])
    agent = companies.get_agent(agent_id, actor) if agent_id else None
    site = Site.objects.filter(id=agent.site_id).first() if agent else None
    if agent is None or site is None:
        raise Http404
    return Scope(site.currency, country, agent.id, site.id)


def visible(lines: QuerySet[Price], actor: Actor) -> QuerySet[Price]:
    """The lines `actor` may see, each with `agent` (its company): everybody's, and those of agents in care."""
    agents = companies.list_agents(actor)
    own = Q(agent_id__isnull=True) | Q(agent_id__in=agents.values("id"))
    company = Agent.objects.filter(id=OuterRef("agent_id")).values("company")[:1]
    return lines.filter(own).annotate(agent=Subquery(company))


def agent_choices(view: Any) -> list[tuple[str, str]]:
    found = companies.list_agents(view.request.actor).order_by("company").values_list("id", "company")
    return [("-", _t("Everybody's prices")), *((str(agent_id), company) for agent_id, company in found)]


def _of_agent(rows: QuerySet[Price], value: str) -> QuerySet[Price]:
    return rows.filter(agent_id__isnull=True) if value == "-" else rows.filter(agent_id=value)


_COUNTRY = Column("country", _("Country"), value=lambda row: row.country or _t("All"), sort="country")
_AGENT = Column("agent", _("Agent"), value=lambda row: row.agent or _t("Everybody"))
_FIGURES = [
    Column("retail", _("Price"), kind=MoneyKind("currency"), sort="retail"),
    Column("cost", _("Platform's cost"), kind=MoneyKind("currency"), sort="cost"),
    Column("profit", _("Agent's profit"), kind=MoneyKind("currency"), sort=F("retail") - F("cost")),
    Column("share", _("Profit in %"), value=share, align="end"),
]
_FILTERS = [
    Choice("kind", _("Kind"), field="item__kind", choices=ItemKind.choices, multiple=True),
    Choice("currency", _("Currency"), choices=[(code, code) for code in CURRENCIES]),
    Choice("agent", _("Agent"), choices=agent_choices, apply=_of_agent),
]


class PriceList(ListView):
    """The prices that hold now."""

    verb = "price.view"
    name = "prices"
    title = _("Price book")
    list_subtitle = _(
        "What holds now. An agent's own price comes before a country's, a country's before the general one."
    )
    template_name = "console/prices.html"
    columns = [
        Column("item", _("Item"), value=lambda row: row.item.name(language()), sort="item__position", primary=True),
        Column("kind", _("Kind"), value="item.get_kind_display", hidden=True),
        _COUNTRY,
        _AGENT,
        *_FIGURES,
        Column("since", _("Since"), value="valid_from", kind=DATE, sort="valid_from"),
    ]
    search_fields = ["item__name_en__icontains", "item__name_ar__icontains", "item__code__icontains"]
    filters = [*_FILTERS, Boolean("enabled", _("On sale"), field="item__enabled")]
    default_sort = "item"
    empty = Empty(
        _("No prices yet"),
        _("Merchants see what is sold as soon as an item has a price in their currency."),
        icon="tags",
        url_name="console:price-items",
        label=_("See the items"),
    )

    def get_queryset(self) -> QuerySet[Price]:
        return visible(history.list_current(clock.now()), self.request.actor)  # type: ignore[attr-defined]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {**context, "cheap": [warn(cheap) for cheap in warnings.everywhere(clock.now())]}

    def row_url(self, row: Price) -> str:
        return reverse("console:price-item", args=[row.item_id])

    def row_menu(self, row: Price) -> list[MenuItem]:
        if not self.request.actor.can("price.manage"):  # type: ignore[attr-defined]
            return []
        query = scope_query(row)
        return [
            MenuItem(_("Set a new price"), f"{reverse('console:price-set', args=[row.item_id])}?{query}", icon="tag"),
            MenuItem(
                _("Withdraw this price"),
                f"{reverse('console:price-withdraw', args=[row.item_id])}?{query}",
                icon="circle-slash",
                tone="bad",
                method="post",
                confirm=_("The wider price holds again, or the item is no longer sold there."),
            ),
        ]

    def tabs(self) -> list[Tab]:
        return price_tabs("prices")


class PriceHistory(ListView):
    """Every line ever written."""

    verb = "price.view"
    name = "price-history"
    title = _("Price book")
    list_subtitle = _("Every price that was ever set. Nothing here is changed or removed.")
    columns = [
        Column("item", _("Item"), value=lambda row: row.item.name(language()), sort="item__position", primary=True),
        Column("state", _("State"), kind=StateKind("price")),
        Column("from", _("Valid from"), value="valid_from", kind=WHEN, sort="valid_from"),
        _COUNTRY,
        _AGENT,
        *_FIGURES,
        Column("set", _("Set"), value="created_at", kind=WHEN, sort="created_at", hidden=True),
        Column("who", _("Set by"), value="created_by_label"),
    ]
    search_fields = PriceList.search_fields
    filters = [*_FILTERS, DateRange("from_day", _("Valid from"), field="valid_from")]
    default_sort = "-from"
    empty = Empty(_("No prices yet"), _("Each price that is set stands here for ever."), icon="history")

    def get_queryset(self) -> QuerySet[Price]:
        lines = Price.objects.select_related("item")
        return visible(history.with_state(lines, clock.now()), self.request.actor)  # type: ignore[attr-defined]

    def row_url(self, row: Price) -> str:
        return reverse("console:price-item", args=[row.item_id])

    def tabs(self) -> list[Tab]:
        return price_tabs("price-history")


def _switch(*, enabled: bool) -> Any:
    def run(view: Any, rows: QuerySet[PriceItem], request: HttpRequest) -> int:
        found = list(rows.values_list("id", flat=True))
        for item_id in found:
            items.set_enabled(item_id=item_id, enabled=enabled, actor=request.actor, now=clock.now())  # type: ignore[attr-defined]
        return len(found)

    return run


class ItemList(ListView):
    verb = "price.view"
    name = "price-items"
    title = _("Price book")
    list_subtitle = _("What can be sold. An item is on sale where it has a price.")
    columns = [
        Column("name", _("Item"), value=lambda row: row.name(language()), sort="name_en", primary=True),
        Column("code", _("Code"), sort="code"),
        Column("kind", _("Kind"), value="get_kind_display", sort="kind"),
        Column("coupon", _("Coupon credits"), kind=CREDITS, sort="coupon"),
        Column("wa_ui", _("WhatsApp UI credits"), kind=CREDITS, sort="wa_ui"),
        Column("wa_bi", _("WhatsApp BI credits"), kind=CREDITS, sort="wa_bi"),
        Column("days", _("Days"), value=lambda row: row.days or None, sort="days"),
        Column(
            "state",
            _("State"),
            value=lambda row: "enabled" if row.enabled else "disabled",
            kind=StateKind("price_item"),
        ),
        Column("position", _("Place"), sort="position", hidden=True),
    ]
    search_fields = ["name_en", "name_ar", "code"]
    filters = [Choice("kind", _("Kind"), choices=ItemKind.choices, multiple=True), Boolean("enabled", _("On sale"))]
    default_sort = "position"
    bulk_actions = [
        Bulk("enable", _("Put on sale"), _switch(enabled=True), icon="eye", verb="price.manage"),
        Bulk("disable", _("Take off sale"), _switch(enabled=False), icon="eye-off", verb="price.manage"),
    ]
    empty = Empty(
        _("No items yet"),
        _("The annual fee, packages of credits and ads: all that merchants can buy."),
        icon="tags",
        url_name="console:price-item-add",
        label=_("Add an item"),
    )

    def get_queryset(self) -> QuerySet[PriceItem]:
        return history.list_items()

    def row_url(self, row: PriceItem) -> str:
        return reverse("console:price-item", args=[row.id])

    def actions(self) -> list[Action]:
        allowed = self.request.actor.can("price.manage")  # type: ignore[attr-defined]
        return [Action(_("Add an item"), reverse("console:price-item-add"), icon="plus")] if allowed else []

    def tabs(self) -> list[Tab]:
        return price_tabs("price-items")


class OfItem(Page):
    """A page of one item."""

    @property
    def item(self) -> PriceItem:
        found = history.get_item(self.kwargs["item_id"])
        if found is None:
            raise Http404
        return found

    def item_url(self) -> str:
        return reverse("console:price-item", args=[self.kwargs["item_id"]])


class ItemPage(OfItem):
    """An item: its prices now and to come, and the line of those before."""

    verb = "price.view"

    def get(self, request: HttpRequest, item_id: UUID) -> HttpResponse:
        item, now = self.item, clock.now()
        lines = visible(history.with_state(history.list_of_item(item_id), now), self.actor)
        countries = dict(lists.choices("country", language()))
        shown = list(lines[: LINES_SHOWN + 1])
        current = list(visible(history.list_current(now).filter(item_id=item_id), self.actor))
        for line in [*shown, *current]:
            line.country_name = countries.get(line.country, line.country)  # type: ignore[attr-defined]
            line.share = share(line)  # type: ignore[attr-defined]
            line.query = scope_query(line)  # type: ignore[attr-defined]
        context = {
            "item": item,
            "name": item.name(language()),
            "current": sorted(current, key=lambda line: (line.currency, line.country, line.agent or "")),  # type: ignore[attr-defined]
            "lines": shown[:LINES_SHOWN],
            "more": len(shown) > LINES_SHOWN,
            "history": words.labelled(trail.list_history(item.id)),
            "may_manage": self.actor.can("price.manage"),
        }
        return render(request, "console/price_item.html", context)


class Enable(PostAction, OfItem):
    verb = "price.manage"
    enabled = True
    done = _("The item is on sale wherever it has a price.")

    def act(self) -> str:
        items.set_enabled(item_id=self.item.id, enabled=self.enabled, actor=self.actor, now=clock.now())
        return self.item_url()

    def back(self) -> str:
        return self.item_url()


class Disable(Enable):
    enabled = False
    done = _("The item is no longer sold.")


class Withdraw(PostAction, OfItem):
    """End the price of one scope, which the query string names."""

    verb = "price.manage"
    done = _("The price is withdrawn.")

    def act(self) -> str:
        scope = scope_of(self.request.GET, self.actor)
        prices.withdraw(item_id=self.item.id, scope=scope, actor=self.actor, now=clock.now())
        return self.item_url()

    def back(self) -> str:
        return self.item_url()
