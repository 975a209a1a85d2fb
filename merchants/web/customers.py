"""Customers who claimed with this merchant, for its own staff in full; and the merchant's whole trail."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import AuditEvent
from accounts.queries import trail
from kernel import clock
from merchants import tags as words
from merchants.models import MerchantCustomer
from merchants.queries import history
from merchants.queries.tags import Tag, list_tags
from merchants.services import tags
from merchants.services.customers import opened, typed_index
from merchants.web.base import actor_of, merchant_of
from ui.lists import (
    NUMBER,
    PHONE,
    WHEN,
    Action,
    Bulk,
    BulkInput,
    BulkResult,
    Choice,
    Column,
    DateRange,
    Empty,
    ListView,
)
from ui.lists.columns import Kind
from ui.tags.basics import NONE
from ui.text import thousands


class TagsKind(Kind):
    """A list of tags, each a pill; exported in one cell."""

    def html(self, value: Any, row: Any) -> Any:
        pills = format_html_join("", '<bdi class="tag">{}</bdi>', ((tag,) for tag in value))
        return format_html('<span class="tags">{}</span>', pills) if value else NONE

    def export(self, value: Any, row: Any) -> Any:
        return ", ".join(value)


def add_tag(view: ListView, rows: QuerySet[MerchantCustomer], request: HttpRequest) -> BulkResult:
    """Give the typed tag to the chosen customers."""
    chosen = list(rows.values_list("id", flat=True))
    found = tags.add(
        merchant=merchant_of(request), row_ids=chosen, tag=request.POST.get("tag", ""), actor=actor_of(request),
        now=clock.now(),
    )  # fmt: skip
    done = len(chosen) - found.full
    said = ngettext("%(count)s customer has the tag.", "%(count)s customers have the tag.", done)
    return BulkResult(done, found.full, said % {"count": thousands(done)})


def remove_tag(view: ListView, rows: QuerySet[MerchantCustomer], request: HttpRequest) -> BulkResult:
    """Take the typed tag from the chosen customers."""
    found = tags.remove(
        merchant=merchant_of(request), row_ids=list(rows.values_list("id", flat=True)),
        tag=request.POST.get("tag", ""), actor=actor_of(request), now=clock.now(),
    )  # fmt: skip
    said = ngettext("Taken from %(count)s customer.", "Taken from %(count)s customers.", found.changed)
    return BulkResult(found.changed, message=said % {"count": thousands(found.changed)})


def _tag_choices(view: Any) -> list[tuple[str, str]]:
    """The merchant's tags, and those asked for that nobody carries any more: passed over, they would show everybody."""
    known = {tag.key: tag.name for tag in view.own_tags}
    asked = view.request.GET.getlist("tag")[: words.MOST_KINDS]
    lost = {tag: tag for tag in asked if tag not in known and words.is_clean(tag)}
    return [*known.items(), *lost.items()]


class CustomerListView(ListView):
    verb = "customer.view"
    name = "customers"
    title = _("Customers")
    list_subtitle = _("People who took a coupon of yours. You see only your own.")
    columns = (
        Column("name", _("Name"), value="customer.name", sort="customer__name", primary=True),
        Column("phone", _("Phone number"), kind=PHONE, value=lambda row: opened(row.customer).phone),
        Column("tags", _("Tags"), kind=TagsKind()),
        Column("claims", _("Coupons taken"), kind=NUMBER, sort="claims"),
        Column("redemptions", _("Redeemed"), kind=NUMBER, sort="redemptions"),
        Column("first", _("First coupon"), value="first_at", kind=WHEN, sort="first_at", hidden=True),
        Column("last", _("Last coupon"), value="last_at", kind=WHEN, sort="last_at"),
        Column("visit", _("Last visit"), value="last_redeemed_at", kind=WHEN),
        Column("birthday", _("Birthday"), value=lambda row: opened(row.customer).birthday, hidden=True),
    )
    search_hint = _("Name or whole phone number")
    filters = (
        Choice("tag", _("Tags"), choices=_tag_choices, multiple=True,
               apply=lambda rows, keys: rows.filter(tag_keys__overlap=[words.key(key) for key in keys])),
        DateRange("first", _("First coupon"), field="first_at"),
        DateRange("last", _("Last coupon"), field="last_at"),
    )
    default_sort = "-last"
    bulk_actions = (
        Bulk("tag", _("Add the tag"), add_tag, icon="tag", verb=tags.VERB),
        Bulk("untag", _("Remove the tag"), remove_tag, icon="x", verb=tags.VERB),
    )
    bulk_input = BulkInput(
        "tag", _("Tag"), max_length=words.LONGEST, options=lambda view: [tag.name for tag in view.own_tags]
    )  # fmt: skip
    bulk_limit = tags.MOST_AT_ONCE
    empty = Empty(_("No customers yet"), _("Whoever takes one of your coupons stands here."), icon="users")

    @cached_property
    def own_tags(self) -> list[Tag]:
        """The merchant's tags, for the filter and the suggestions."""
        return list_tags(merchant_of(self.request).id)

    def row_url(self, row: MerchantCustomer) -> str:
        return reverse("merchants:customer", args=[row.customer_id])

    def actions(self) -> list[Action]:
        return [Action(_("Tags"), reverse("merchants:tag-list"), icon="tags", primary=False)]

    def get_queryset(self) -> QuerySet[MerchantCustomer]:
        return MerchantCustomer.objects.select_related("customer").filter(customer__erased_at=None)

    def search(self, rows: QuerySet[MerchantCustomer], text: str) -> QuerySet[MerchantCustomer]:
        """By name; a phone is found by its keyed index, so only whole."""
        index = typed_index(text)
        return rows.filter(customer__phone_index=index) if index else rows.filter(customer__name__icontains=text)


class _Verb(Kind):
    def html(self, value: Any, row: Any) -> Any:
        return history.label(value)

    def export(self, value: Any, row: Any) -> Any:
        return history.label(value)


# Things whose label is their bare id.
_BY_ID = {"coupon", "redemption", "merchantcustomer"}


class HistoryView(ListView):
    """Everything that was done in this merchant's name."""

    verb = "history.view"
    name = "history"
    title = _("History")
    columns = (
        Column("at", _("When"), kind=WHEN, sort="at", primary=True),
        Column("who", _("Who"), value="actor_label"),
        Column("what", _("What"), value="verb", kind=_Verb()),
        Column("thing", _("About"), value=lambda e: "" if e.object_type in _BY_ID else e.object_label),
        Column("reason", _("Reason")),
        Column("request", _("Request"), value="request_id", hidden=True),
    )
    search_fields = ("actor_label", "object_label", "reason")
    filters = (DateRange("at", _("When")),)
    default_sort = "-at"
    empty = Empty(_("Nothing yet"), _("Who did what, and when, stands here."), icon="history")

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return trail.list_events().order_by()
