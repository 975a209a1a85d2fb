"""A wallet's ledger, line by line with the running balance: for staff of a site, and for the console."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from credits.choices import BALANCE_LABELS, Action, CreditUnit
from credits.models import Entry
from credits.queries import statements
from ui.components import Tab
from ui.lists import CREDITS, WHEN, Choice, Column, DateRange, Empty, ListView, StateKind
from ui.states import State, register

register(
    "ledger",
    {
        Action.PURCHASE: State(Action.PURCHASE.label, "good", "plus"),
        Action.DEDUCT: State(Action.DEDUCT.label, "neutral", "minus"),
        Action.REFUND: State(Action.REFUND.label, "info", "undo-2"),
        Action.ADJUSTMENT: State(Action.ADJUSTMENT.label, "warning", "pencil"),
    },
)


def _related(entry: Entry) -> Any:
    if not entry.related_id:
        return "—"
    return format_html('{} <bdi dir="ltr" class="num muted">{}</bdi>', entry.related_type, str(entry.related_id)[-8:])


class LedgerList(ListView):
    """The lines of one wallet. The surface says whose (`merchant_name`) and where its pages are (`unit_url`)."""

    verb = "ledger.view"
    name = "ledger"
    template_name = "agents/ledger.html"
    columns = [
        Column("number", _("No."), value="version", sort="version", kind=CREDITS),
        Column("at", _("When"), kind=WHEN, primary=True),
        Column("action", _("Action"), kind=StateKind("ledger")),
        Column(
            "amount",
            _("Credits"),
            kind=CREDITS,
            render=lambda entry: format_html('<bdi dir="ltr" class="num">{}</bdi>', f"{entry.amount:+,d}"),
        ),
        Column("balance", _("Balance after"), value="balance_after", kind=CREDITS),
        Column("related", _("For"), value=lambda e: f"{e.related_type} {e.related_id or ''}".strip(), render=_related),
        Column("who", _("Who"), value="transfer.actor_label"),
        Column("reason", _("Reason"), value="transfer.reason"),
    ]
    filters = [
        Choice("action", _("Action"), choices=Action.choices),
        DateRange("period", _("When"), field="at"),
    ]
    search_fields = ["transfer__reason__icontains", "transfer__actor_label__icontains"]
    default_sort = "-number"
    empty = Empty(
        _("Nothing has moved yet"),
        _("Every movement of this wallet stands here, with the balance after it."),
        icon="scroll-text",
    )

    @property
    def unit(self) -> str:
        found = self.kwargs["unit"]
        if found not in CreditUnit.values:
            raise Http404
        return str(found)

    @property
    def list_subtitle(self) -> Any:
        return BALANCE_LABELS[CreditUnit(self.unit)]

    def get_queryset(self) -> QuerySet[Entry]:
        return statements.entries(merchant_id=self.kwargs["merchant_id"], unit=self.unit)

    def unit_url(self, unit: str) -> str:
        raise NotImplementedError

    @property
    def back_url(self) -> str:
        """The merchant's own page."""
        raise NotImplementedError

    def tabs(self) -> list[Tab]:
        return [Tab(unit.label, self.unit_url(unit.value), current=unit == self.unit) for unit in CreditUnit]
