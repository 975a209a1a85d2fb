"""What was redeemed at this merchant: when, where, by whom, and what was taken back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel import clock
from merchants import words
from merchants.models import Branch, Redemption
from merchants.serials import is_valid, normalise
from merchants.services.redemption import CASHIER_UNDO, MANAGER_UNDO
from merchants.web.base import actor_of
from tenants.walls import current_site
from ui.lists import SERIAL, WHEN, Boolean, Choice, Column, DateRange, Empty, ListView, MenuItem, StateKind


def _state(row: Redemption) -> str:
    return "undone" if row.undone_at else "redeemed"


def _branches(view: Any) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Branch.objects.order_by("name").values_list("id", "name")]


class RedemptionListView(ListView):
    verb = "redemption.view"
    name = "redemptions"
    title = _("Redemptions")
    default_sort = "-at"
    empty = Empty(
        _("Nothing redeemed yet"), _("Every coupon used in your store is listed here."), icon="ticket-check",
        url_name="redeem:scan", label=_("Redeem a coupon"),
    )  # fmt: skip

    columns = (
        Column("at", _("When"), value="at", kind=WHEN, sort="at", primary=True),
        Column("offer", _("Offer"), value=lambda row: words.offer(row.batch, current_site().currency)),
        Column("title", _("Title"), value=lambda row: row.batch.title((get_language() or "en")[:2])),
        Column("serial", _("Serial"), value=lambda row: row.coupon.serial, kind=SERIAL),
        Column("branch", _("Branch"), value=lambda row: row.branch.name if row.branch else ""),
        Column("who", _("By"), value="actor_label"),
        Column("state", _("State"), value=_state, kind=StateKind("redemption")),
        Column("reason", _("Reason"), value="undo_reason", hidden=True),
    )
    filters = (
        Choice("branch", _("Branch"), choices=_branches, field="branch_id"),
        Boolean(
            "undone", _("Taken back"),
            apply=lambda rows, yes: rows.exclude(undone_at=None) if yes else rows.filter(undone_at=None),
        ),
        DateRange("at", _("When"), field="at"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Redemption]:
        rows = Redemption.objects.select_related("coupon", "batch", "branch")
        actor = actor_of(self.request)
        return rows.filter(branch_id=actor.branch_id) if actor.branch_id else rows

    def search(self, queryset: QuerySet[Redemption], text: str) -> QuerySet[Redemption]:
        serial = normalise(text)
        if is_valid(serial):
            return queryset.filter(coupon__serial=serial)
        return queryset.filter(batch__title_en__icontains=text) | queryset.filter(actor_label__icontains=text)

    def row_menu(self, row: Redemption) -> list[MenuItem]:
        late = clock.now() - row.at
        allowed = MANAGER_UNDO if actor_of(self.request).can("redemption.undo_late") else CASHIER_UNDO
        if row.undone_at or late > allowed:
            return []
        return [MenuItem(_("Take back"), reverse("redeem:undo", args=[row.id]), icon="undo-2")]
