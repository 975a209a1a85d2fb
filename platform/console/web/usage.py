"""What merchants of every site did by month, as their sites counted it, and where merchants are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from console.queries import overview, places, usage
from kernel.ids import uuid_or_none
from tenants.models import MerchantCard, MerchantMonth
from tenants.queries import cards, lists
from tenants.queries.months import by_month, totals
from ui.components import Tab
from ui.lists import NUMBER, WHEN, Choice, Column, Empty, Filter, Kind, ListView


class _Month(Kind):
    """The first day of a month, said as the month."""

    def html(self, value: dt.date, row: Any) -> Any:
        return format_html('<span class="whitespace-nowrap">{}</span>', date_format(value, "M Y"))

    def export(self, value: dt.date, row: Any) -> str:
        return f"{value:%Y-%m}"


class _Count(Kind):
    """A figure. Nought is a dash: among many figures those that are there stand out."""

    align = "end"

    def html(self, value: int, row: Any) -> Any:
        return NUMBER.html(value or None, row)


COUNT = _Count()


@dataclass(frozen=True)
class OneMerchant(Filter):
    """Set by links from a merchant's page; shown as a chip that takes it away, and kept by the other filters."""

    template: ClassVar[str] = "console/usage_merchant.html"

    def value(self, query: QueryDict, view: Any) -> str | None:
        return str(view.asked.id) if view.asked else None

    def said(self, value: Any, view: Any) -> str:
        return str(view.asked.name)


def _merchant(row: MerchantMonth) -> Any:
    """Name and number, which is unique on its site only."""
    return format_html(
        '<bdi>{}</bdi> <bdi dir="ltr" class="num font-normal muted">#{}</bdi>', row.merchant.name, row.merchant.number
    )


class _OfConsole(ListView):
    """What both lists of this page ask of the person and the lists."""

    verb = "usage.view"

    @property
    def actor(self) -> Actor:
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found

    @property
    def language(self) -> str:
        return get_language() or "en"

    @cached_property
    def sites(self) -> list[tuple[str, str]]:
        return cards.site_names()

    @cached_property
    def countries(self) -> list[tuple[str, str]]:
        return lists.choices("country", self.language)

    @cached_property
    def cities(self) -> list[tuple[str, str]]:
        return lists.choices("city", self.language)

    def tabs(self) -> Sequence[Tab]:
        return [
            Tab(_("By month"), reverse("console:usage"), current=isinstance(self, UsageList)),
            Tab(_("Merchants by city"), reverse("console:usage-cities"), current=isinstance(self, CityList)),
        ]


class UsageList(_OfConsole):
    """One row for each merchant and month."""

    name = "usage"
    title = _("Usage")
    list_subtitle = _("Messages and coupons of every merchant, by month. Each site counts its own every hour.")
    region_template = "console/usage_region.html"
    columns = [
        Column("month", _("Month"), kind=_Month(), sort="month"),
        Column("name", _("Merchant"), value="merchant.name", render=_merchant, sort="merchant__name", primary=True),
        Column("number", _("No."), value="merchant.number", sort="merchant__number", hidden=True),
        Column("site", _("Site"), value="site.name", sort="site__name"),
        Column("city", _("City"), value="city_name", sort="city_name"),
        Column("country", _("Country"), value="country_name", sort="country_name", hidden=True),
        Column("ui_arrived", _("UI arrived"), kind=COUNT, sort="ui_arrived"),
        Column("ui_failed", _("UI failed"), kind=COUNT, sort="ui_failed"),
        Column("ui_credits", _("UI credits"), kind=COUNT, sort="ui_credits", hidden=True),
        Column("bi_arrived", _("BI arrived"), kind=COUNT, sort="bi_arrived"),
        Column("bi_failed", _("BI failed"), kind=COUNT, sort="bi_failed"),
        Column("bi_credits", _("BI credits"), kind=COUNT, sort="bi_credits", hidden=True),
        Column("made", _("Generated"), value="coupons_made", kind=COUNT, sort="coupons_made"),
        Column("taken", _("Taken"), value="coupons_taken", kind=COUNT, sort="coupons_taken"),
        Column("redeemed", _("Redeemed"), value="coupons_redeemed", kind=COUNT, sort="coupons_redeemed"),
        Column("refunded", _("Refunded"), value="coupons_refunded", kind=COUNT, sort="coupons_refunded", hidden=True),
        Column("counted", _("Counted"), value="counted_at", kind=WHEN, sort="counted_at", hidden=True),
    ]
    search_fields = ["merchant__name", "merchant__number__startswith", "site__name"]
    search_hint = _("Merchant, number or site")
    filters = [
        Choice("month", _("Month"), choices=lambda view: view.months),
        Choice("site", _("Site"), field="site_id", choices=lambda view: view.sites),
        Choice("country", _("Country"), field="merchant__country", choices=lambda view: view.countries),
        Choice("city", _("City"), field="merchant__city", choices=lambda view: view.cities),
        OneMerchant("merchant", _("Merchant"), field="merchant_id"),
    ]
    default_sort = "-month"
    empty = Empty(
        _("Nothing yet"),
        _("Counted every hour: what merchants sent, gave out and redeemed stands here by month."),
        icon="chart-column",
    )

    @cached_property
    def months(self) -> list[tuple[dt.date, str]]:
        return [(month, date_format(month, "F Y")) for month in usage.known_months()]

    @cached_property
    def asked(self) -> MerchantCard | None:
        """The one merchant whose months are asked for."""
        wanted = uuid_or_none(self.request.GET.get("merchant"))
        return overview.list_merchants(self.actor).filter(id=wanted).first() if wanted else None

    def get_queryset(self) -> QuerySet[MerchantMonth]:
        return places.named(usage.list_months(self.actor), self.language, card="merchant__")

    def get_region_context(self) -> dict[str, Any]:
        return {"totals": totals(self.matching)}

    def row_url(self, row: MerchantMonth) -> str:
        return reverse("console:merchant", args=[row.merchant_id]) if self.actor.can("merchant.overview") else ""


class CityList(_OfConsole):
    """How many merchants each site has in a city, by state."""

    name = "merchants-by-city"
    title = _("Merchants by city")
    list_subtitle = _("How many merchants each site has, where, and in which state.")
    columns = [
        Column("city", _("City"), value=lambda card: card.city_name or "—", sort="city_name", primary=True),
        Column("country", _("Country"), value="country_name", sort="country_name"),
        Column("site", _("Site"), value="site.name", sort="site__name"),
        Column("active", _("Active"), kind=COUNT, sort="active"),
        Column("waiting", _("Waiting for activation"), kind=COUNT, sort="waiting"),
        Column("expired", _("Expired"), kind=COUNT, sort="expired"),
        Column("suspended", _("Suspended"), kind=COUNT, sort="suspended"),
        Column("archived", _("Archived"), kind=COUNT, sort="archived"),
        Column("merchants", _("All"), kind=COUNT, sort="merchants"),
    ]
    search_fields = ["city_name__icontains", "country_name__icontains", "site__name__icontains"]
    search_hint = _("City, country or site")
    filters = [
        Choice("site", _("Site"), field="site_id", choices=lambda view: view.sites),
        Choice("country", _("Country"), choices=lambda view: view.countries),
        Choice("city", _("City"), choices=lambda view: view.cities),
    ]
    default_sort = "-merchants"
    empty = Empty(_("No merchants yet"), _("Merchants are registered in the back office of their site."), icon="store")

    def get_queryset(self) -> QuerySet[MerchantCard]:
        return places.by_city(self.actor, self.language)

    def row_url(self, row: MerchantCard) -> str:
        if not row.city or not self.actor.can("merchant.overview"):
            return ""
        asked = urlencode({"site": str(row.site_id), "country": row.country, "city": row.city})
        return f"{reverse('console:merchants')}?{asked}"


# What the pages of an agent and of a merchant show of a month.
SHOWN = (
    ("ui_arrived", _("UI arrived")), ("ui_failed", _("UI failed")), ("bi_arrived", _("BI arrived")),
    ("bi_failed", _("BI failed")), ("coupons_taken", _("Taken")), ("coupons_redeemed", _("Redeemed")),
)  # fmt: skip


def months_of(actor: Actor, **which: Any) -> dict[str, Any]:
    """The last twelve months of a site (`site=id`) or of a merchant (`merchant=id`), for its page; none who may not."""
    if not actor.can("usage.view"):
        return {}
    rows = usage.list_months(actor).filter(**{f"{name}_id": value for name, value in which.items()})
    found = by_month(rows)
    shown = [(one.month, [(label, getattr(one, name)) for name, label in SHOWN]) for one in found]
    counted_at = max((one.counted_at for one in found if one.counted_at), default=None)
    return {"months": shown, "counted_at": counted_at, "usage_url": f"{reverse('console:usage')}?{urlencode(which)}"}
