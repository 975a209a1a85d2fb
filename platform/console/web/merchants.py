"""Merchants of every site, as the registry and the bank know them: number, name, state, city, wallets, ledger."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.web.base import FormPage, Page
from agents.web.ledger import LedgerList
from console.queries import overview
from console.web.usage import months_of
from credits.choices import BALANCE_LABELS, CreditUnit
from credits.queries import balances
from credits.services import ledger
from kernel import clock
from kernel.ids import uuid_or_none
from merchants.models import Merchant
from merchants.services.lifecycle import NOT_YET
from tenants.models import MerchantCard
from tenants.queries import cards, lists
from ui.lists import CREDITS, WHEN, Choice, Column, DateRange, Empty, ListView, StateKind


class MerchantList(ListView):
    verb = "merchant.overview"
    name = "all-merchants"
    title = _("Merchants")
    list_subtitle = _("Of the main site and of every agent: what the registry and the bank know of them.")
    columns = [
        Column("number", _("No."), sort="number"),
        Column("name", _("Name"), sort="name", primary=True),
        Column("site", _("Site"), value="site.name", sort="site__name"),
        Column("state", _("State"), kind=StateKind("merchant"), sort="state"),
        Column("city", _("City"), hidden=True),
        Column("coupon", _("Coupon credits"), kind=CREDITS, sort="coupon"),
        Column("wa_ui", _("WhatsApp UI credits"), kind=CREDITS, sort="wa_ui"),
        Column("wa_bi", _("WhatsApp BI credits"), kind=CREDITS, sort="wa_bi"),
        Column("created", _("Registered"), value="created_at", kind=WHEN, sort="created_at"),
    ]
    search_fields = ["name", "site__name__icontains"]
    filters = [
        Choice("site", _("Site"), field="site_id", choices=lambda view: cards.site_names()),
        Choice("state", _("State"), choices=Merchant.State.choices, multiple=True),
        Choice("country", _("Country"), choices=lambda view: view.countries),
        Choice("city", _("City"), choices=lambda view: view.cities),
        DateRange("created", _("Registered"), field="created_at"),
    ]
    default_sort = "-created"
    empty = Empty(_("No merchants yet"), _("Merchants are registered in the back office of their site."), icon="store")

    @cached_property
    def countries(self) -> list[tuple[str, str]]:
        return lists.choices("country", get_language() or "en")

    @cached_property
    def cities(self) -> list[tuple[str, str]]:
        return lists.choices("city", get_language() or "en")

    def get_queryset(self) -> QuerySet[MerchantCard]:
        return overview.with_balances(overview.list_merchants(self.request.actor))  # type: ignore[attr-defined]

    def row_url(self, row: MerchantCard) -> str:
        return reverse("console:merchant", args=[row.id])


class _OfMerchant(Page):
    @property
    def card(self) -> MerchantCard:
        found = overview.get_merchant(self.kwargs["merchant_id"], self.actor)
        if found is None:
            raise Http404
        return found

    def card_url(self) -> str:
        return reverse("console:merchant", args=[self.kwargs["merchant_id"]])


class MerchantPage(_OfMerchant):
    verb = "merchant.overview"

    def get(self, request: HttpRequest, merchant_id: UUID) -> HttpResponse:
        card = self.card
        language = get_language() or "en"
        wallets = balances.wallets_of_merchant(card.id)
        context = {
            "card": card,
            "wallets": wallets,
            "history": words.labelled(trail.list_history(card.id, *(wallet.id for wallet in wallets))),
            "city": lists.names("city", [card.city], language).get(card.city, card.city),
            "waits": card.state in NOT_YET,
            **months_of(self.actor, merchant=card.id),
            "may_adjust": self.actor.can("wallet.adjust"),
            "may_read_ledger": self.actor.can("ledger.view"),
        }
        return render(request, "console/merchant.html", context)


class _MovementForm(forms.Form):
    unit = forms.ChoiceField(label=_("Wallet"), choices=CreditUnit.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Stands in the ledger for ever."))
    # Made with the page: pressing the button twice moves the credits once.
    key = forms.UUIDField(widget=forms.HiddenInput)


class GrantForm(_MovementForm):
    amount = forms.IntegerField(label=_("Credits"), min_value=1, max_value=100_000_000)
    field_order = ["unit", "amount", "reason", "key"]


class AdjustForm(_MovementForm):
    amount = forms.IntegerField(
        label=_("Credits, with + or −"),
        min_value=-100_000_000,
        max_value=100_000_000,
        help_text=_("A negative number takes credits away. The wallet cannot fall below zero."),
    )
    field_order = ["unit", "amount", "reason", "key"]

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_t("Write a number other than zero."))
        return amount


class _Movement(FormPage, _OfMerchant):
    verb = "wallet.adjust"
    template_name = "console/movement.html"

    def initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("unit", CreditUnit.COUPON)
        return {"unit": asked if asked in CreditUnit.values else CreditUnit.COUPON, "key": uuid.uuid4()}

    def context(self) -> dict[str, Any]:
        card = self.card
        found = balances.wallets_of_merchant(card.id)
        labels = [(BALANCE_LABELS[CreditUnit(wallet.unit)], wallet.balance) for wallet in found]
        return {"card": card, "wallets": labels}

    def cancel_url(self) -> str:
        return self.card_url()

    def key_of(self, form: forms.Form) -> uuid.UUID:
        found = uuid_or_none(form.cleaned_data["key"])
        assert found is not None
        return ledger.key_for("console.movement", found)


class Grant(_Movement):
    form_class = GrantForm
    title = _("Grant credits")
    submit_label = _("Grant the credits")
    done = _("The credits are in the wallet.")

    def save(self, form: GrantForm) -> str:
        card, values = self.card, form.cleaned_data
        ledger.grant(
            merchant_id=card.id,
            unit=values["unit"],
            amount=values["amount"],
            reason=values["reason"],
            actor=self.actor,
            now=clock.now(),
            key=self.key_of(form),
            site_id=card.site_id,
        )
        return self.card_url()


class Adjust(_Movement):
    form_class = AdjustForm
    title = _("Correct credits")
    submit_label = _("Post the correction")
    done = _("The correction is posted.")

    def save(self, form: AdjustForm) -> str:
        card, values = self.card, form.cleaned_data
        ledger.adjust(
            wallet=balances.wallet_of_merchant(card.id, values["unit"]),
            amount=values["amount"],
            reason=values["reason"],
            actor=self.actor,
            now=clock.now(),
            key=self.key_of(form),
            site_id=card.site_id,
        )
        return self.card_url()


class MerchantLedger(LedgerList):
    """One wallet of a merchant of any site."""

    @property
    def title(self) -> Any:
        found = overview.get_merchant(self.kwargs["merchant_id"], self.request.actor)  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        return found.name

    def unit_url(self, unit: str) -> str:
        return reverse("console:merchant-ledger", args=[self.kwargs["merchant_id"], unit])

    @property
    def back_url(self) -> str:
        return reverse("console:merchant", args=[self.kwargs["merchant_id"]])
