"""Customers who claimed with this merchant, for its own staff in full; and the merchant's whole trail."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent
from accounts.queries import trail
from kernel import crypto
from merchants.models import MerchantCustomer
from merchants.queries import history
from merchants.services.customers import opened
from merchants.web.base import site_of
from ui.lists import NUMBER, PHONE, WHEN, Column, DateRange, Empty, ListView
from ui.lists.columns import Kind


class CustomerListView(ListView):
    verb = "customer.view"
    name = "customers"
    title = _("Customers")
    list_subtitle = _("People who took a coupon of yours. You see only your own.")
    columns = (
        Column("name", _("Name"), value="customer.name", sort="customer__name", primary=True),
        Column("phone", _("Phone number"), kind=PHONE, value=lambda row: opened(row.customer).phone),
        Column("claims", _("Coupons taken"), kind=NUMBER, sort="claims"),
        Column("redemptions", _("Redeemed"), kind=NUMBER, sort="redemptions"),
        Column("first", _("First coupon"), value="first_at", kind=WHEN, sort="first_at"),
        Column("last", _("Last coupon"), value="last_at", kind=WHEN, sort="last_at"),
        Column("visit", _("Last visit"), value="last_redeemed_at", kind=WHEN),
        Column("birthday", _("Birthday"), value=lambda row: opened(row.customer).birthday, hidden=True),
    )
    search_hint = _("Name or whole phone number")
    filters = (
        DateRange("first", _("First coupon"), field="first_at"),
        DateRange("last", _("Last coupon"), field="last_at"),
    )
    default_sort = "-last"
    empty = Empty(_("No customers yet"), _("Whoever takes one of your coupons stands here."), icon="users")

    def get_queryset(self) -> QuerySet[MerchantCustomer]:
        return MerchantCustomer.objects.select_related("customer").filter(customer__erased_at=None)

    def search(self, rows: QuerySet[MerchantCustomer], text: str) -> QuerySet[MerchantCustomer]:
        """By name; a phone is found by its keyed index, so only whole."""
        digits = "".join(char for char in text if char.isdecimal())
        if len(digits) >= 8:
            index = crypto.keyed_index(f"+{digits}", site_id=site_of(self.request).id, field="phone")
            return rows.filter(customer__phone_index=index)
        return rows.filter(customer__name__icontains=text)


class _Verb(Kind):
    def html(self, value: Any, row: Any) -> Any:
        return history.label(value)

    def export(self, value: Any, row: Any) -> Any:
        return history.label(value)


class HistoryView(ListView):
    """Everything that was done in this merchant's name."""

    verb = "history.view"
    name = "history"
    title = _("History")
    columns = (
        Column("at", _("When"), kind=WHEN, sort="at", primary=True),
        Column("who", _("Who"), value="actor_label"),
        Column("what", _("What"), value="verb", kind=_Verb()),
        Column("thing", _("On"), value=lambda e: "" if e.object_type in {"coupon", "redemption"} else e.object_label),
        Column("reason", _("Reason")),
        Column("request", _("Request"), value="request_id", hidden=True),
    )
    search_fields = ("actor_label", "object_label", "reason")
    filters = (DateRange("at", _("When")),)
    default_sort = "-at"
    empty = Empty(_("Nothing yet"), _("Who did what, and when, stands here."), icon="history")

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return trail.list_events().order_by()
