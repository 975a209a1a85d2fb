"""The three wallets and their entries. Three balances that are never added up."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views import View

from credits.choices import BALANCE_LABELS, Action, CreditUnit
from credits.models import Account, Entry
from credits.queries import balances, statements
from merchants.models import Batch
from merchants.web.base import language, merchant_of
from ui.components import Tab
from ui.lists import CREDITS, WHEN, Choice, Column, DateRange, Empty, ListView, StateKind
from ui.tags.basics import credit_figure

NAMES = dict(CreditUnit.choices)
USES = {
    CreditUnit.COUPON: _("One for each coupon you generate."),
    CreditUnit.WA_UI: _("One for each message that a customer sets off."),
    CreditUnit.WA_BI: _("One for each message that you set off."),
}
ICONS = {CreditUnit.COUPON: "ticket", CreditUnit.WA_UI: "message-circle", CreditUnit.WA_BI: "megaphone"}


class WalletsView(View):
    verb = "wallet.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant = merchant_of(request)
        cards = [
            {
                "label": BALANCE_LABELS[CreditUnit(account.unit)], "balance": account.balance or 0,
                "use": USES[CreditUnit(account.unit)], "icon": ICONS[CreditUnit(account.unit)],
                "url": reverse("merchants:wallet", args=[account.unit]),
            }
            for account in balances.wallets_of_merchant(merchant.id)
        ]  # fmt: skip
        newest = statements.entries(merchant_id=merchant.id)[:10]
        rows = [(entry, NAMES[entry.unit], reverse("merchants:wallet", args=[entry.unit])) for entry in newest]
        return render(request, "merchants/wallets.html", {"cards": cards, "rows": rows})


def _about(entry: Entry) -> str:
    """What an entry is about: the batch, or the reason somebody gave."""
    title = (language() == "ar" and entry.batch_ar) or entry.batch_en  # type: ignore[attr-defined]
    if title:
        return f"{entry.batch_number} · {title}"  # type: ignore[attr-defined]
    if entry.related_type == "message":
        return str(entry.transfer.reason and _(entry.transfer.reason)) or str(_("WhatsApp message"))
    return str(entry.transfer.reason)


def _about_html(entry: Entry) -> Any:
    text = _about(entry)
    if entry.related_type == "batch" and text:
        return format_html(
            '<a class="link" href="{}">{}</a>', reverse("merchants:batch", args=[entry.related_id]), text
        )
    if entry.related_type == "message":
        address = reverse("messages:message", args=[entry.related_id])
        return format_html('<a class="link" href="{}">{}</a>', address, text)
    return text or "—"


class WalletView(ListView):
    """The entries of one wallet, newest first, each with the balance after it."""

    verb = "wallet.view"
    template_name = "merchants/wallet.html"
    columns = (
        Column("at", _("When"), kind=WHEN, sort="version", primary=True),
        Column("action", _("What"), kind=StateKind("ledger")),
        Column(
            "amount", _("Credits"), kind=CREDITS, sort="amount", render=lambda e: credit_figure(e.amount, sign=True)
        ),
        Column("balance", _("Balance after"), value="balance_after", kind=CREDITS),
        Column("about", _("About"), value=_about, render=_about_html),
        Column("who", _("By"), value="transfer.actor_label"),
        Column("reason", _("Reason"), value="transfer.reason", hidden=True),
    )
    filters = (Choice("action", _("What"), choices=Action.choices, multiple=True), DateRange("at", _("When")))
    default_sort = "-at"
    empty = Empty(_("No entries yet"), _("Every credit that comes or goes stands here."), icon="wallet")

    @cached_property
    def account(self) -> Account:
        unit = self.kwargs["unit"]
        if unit not in CreditUnit.values:
            raise Http404
        return balances.wallet_of_merchant(merchant_of(self.request).id, unit)

    @property
    def title(self) -> Any:
        return NAMES[self.account.unit]

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"wallet-{self.account.unit}"

    @property
    def list_subtitle(self) -> Any:
        return USES[CreditUnit(self.account.unit)]

    def get_queryset(self) -> QuerySet[Entry]:
        batch = Batch.objects.filter(id=OuterRef("related_id"))
        return statements.entries(account=self.account).order_by().annotate(
            batch_en=Subquery(batch.values("title_en")), batch_ar=Subquery(batch.values("title_ar")),
            batch_number=Subquery(batch.values("number")),
        )  # fmt: skip

    def tabs(self) -> list[Tab]:
        return [
            Tab(NAMES[unit], reverse("merchants:wallet", args=[unit]), current=unit == self.account.unit)
            for unit in CreditUnit.values
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        totals = statements.totals(account=self.account)
        figures = [
            (label, totals[action], f"?action={action}") for action, label in Action.choices if totals[action].count
        ]
        label = BALANCE_LABELS[CreditUnit(self.account.unit)]
        return {**context, "balance": self.account.balance or 0, "balance_label": label, "figures": figures}
