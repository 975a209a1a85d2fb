"""What each merchant of the site sent, by month, for the site's staff."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from messaging.queries import months
from messaging.web.narrowing import tabs
from tenants.models import MerchantMonth
from tenants.queries.months import totals
from ui.components import Tab
from ui.lists import NUMBER, WHEN, Choice, Column, Empty, ListView


class MerchantMonthList(ListView):
    """One row for each merchant and month, as the merchant's statement has it."""

    verb = "message.view"
    name = "messages-by-merchant"
    title = _("Messages")
    list_subtitle = _("What every merchant sent, by month. Counted every hour.")
    region_template = "messaging/months_region.html"
    columns = [
        Column("month", _("Month"), value=lambda row: date_format(row.month, "M Y"), sort="month"),
        Column("name", _("Merchant"), value="merchant.name", sort="merchant__name", primary=True),
        Column("number", _("No."), value="merchant.number", sort="merchant__number", hidden=True),
        Column("ui_arrived", _("UI arrived"), kind=NUMBER, sort="ui_arrived"),
        Column("ui_failed", _("UI failed"), kind=NUMBER, sort="ui_failed"),
        Column("ui_credits", _("UI credits"), kind=NUMBER, sort="ui_credits"),
        Column("bi_arrived", _("BI arrived"), kind=NUMBER, sort="bi_arrived"),
        Column("bi_failed", _("BI failed"), kind=NUMBER, sort="bi_failed"),
        Column("bi_credits", _("BI credits"), kind=NUMBER, sort="bi_credits"),
        Column("counted", _("Counted"), value="counted_at", kind=WHEN, sort="counted_at", hidden=True),
    ]
    search_fields = ["merchant__name", "merchant__number__startswith"]
    search_hint = _("Merchant or number")
    filters = [Choice("month", _("Month"), choices=lambda view: view.months)]
    default_sort = "-month"
    empty = Empty(
        _("Nothing yet"), _("Counted every hour: what merchants sent stands here by month."), icon="chart-column"
    )

    @cached_property
    def months(self) -> list[tuple[dt.date, str]]:
        return [(month, date_format(month, "F Y")) for month in months.known_months()]

    def get_queryset(self) -> QuerySet[MerchantMonth]:
        return months.list_months()

    def get_region_context(self) -> dict[str, Any]:
        return {"totals": totals(self.matching)}

    def row_url(self, row: MerchantMonth) -> str:
        return f"{reverse('site-messages:list')}?merchant={row.merchant_id}"

    def tabs(self) -> list[Tab]:
        return tabs("merchants")
