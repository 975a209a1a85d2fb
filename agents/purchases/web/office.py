"""Sales of a site: what merchants bought, refunds, payments from outside, earnings, what invoices show."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.purchases.choices import GIVEN, Kind, Method, State
from agents.purchases.models import Purchase
from agents.purchases.queries import billing, purchases
from agents.purchases.services import billing as billing_service
from agents.purchases.services import offline, reversing
from agents.purchases.services.starting import shelf
from agents.purchases.web import paperfile
from agents.purchases.web.shop import carried_text
from agents.queries import office
from agents.services import proofs
from agents.web.base import FormPage, Page, PostAction
from agents.web.wallet import proof_answer
from kernel import clock
from kernel.ids import uuid_or_none
from merchants.web.base import language, or_404
from ui.forms import MoneyField, Section
from ui.lists import WHEN, Boolean, Choice, Column, DateRange, Empty, ListView, MoneyKind, StateKind
from ui.text import money_text

KINDS = [choice for choice in Kind.choices if choice[0] != Kind.AD]


class SaleList(ListView):
    verb = "sale.view"
    name = "sales"
    title = _("Sales")
    columns = [
        Column("name", _("Item"), value=lambda p: p.name(language()), primary=True),
        Column("merchant", _("Merchant"), value="merchant.brand_name", sort="merchant__brand_name"),
        Column("state", _("State"), kind=StateKind("purchase"), sort="state"),
        Column("retail", _("Price"), kind=MoneyKind("currency"), sort="retail"),
        Column("method", _("Paid by"), value=lambda p: p.get_method_display()),
        Column("created", _("Ordered"), value="created_at", kind=WHEN, sort="created_at"),
        Column("paid", _("Paid"), value="paid_at", kind=WHEN, hidden=True),
        Column("credits", _("Credits"), value=carried_text, hidden=True),
        Column("person", _("Needs a person"), value=lambda p: p.get_problem_display() if p.needs_person else "—",
               hidden=True),
    ]  # fmt: skip
    search_fields = ["name_en", "name_ar", "merchant__brand_name"]
    filters = [
        Choice("state", _("State"), choices=State.choices, multiple=True),
        Boolean("person", _("Needs a person"), apply=lambda qs, yes: qs.filter(needs_person=yes)),
        Choice("kind", _("Kind"), choices=KINDS, multiple=True),
        Choice("method", _("Paid by"), choices=Method.choices),
        DateRange("created", _("Ordered"), field="created_at"),
    ]
    default_sort = "-created"
    empty = Empty(_("Nothing sold yet"), _("Plans and credits that merchants buy stand here."), icon="shopping-cart")

    def get_queryset(self) -> QuerySet[Purchase]:
        return purchases.list_all()

    def row_url(self, row: Purchase) -> str:
        return reverse("sales:sale", args=[row.id])


class _OfSale(Page):
    @property
    def purchase(self) -> Purchase:
        found: Purchase = or_404(purchases.get, self.kwargs["purchase_id"])
        return found

    def sale_url(self) -> str:
        return reverse("sales:sale", args=[self.kwargs["purchase_id"]])


class SalePage(_OfSale):
    verb = "sale.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID) -> HttpResponse:
        purchase = self.purchase
        may = self.actor.can("sale.refund")
        context = {
            "purchase": purchase, "name": purchase.name(language()), "papers": purchases.papers_of(purchase.id),
            "carried": purchase.credits.items(), "history": words.labelled(trail.list_history(purchase.id)),
            "may_refund": may and bool(purchase.refundable)
            and purchase.state in {*GIVEN, State.PENDING_WALLET},
            "may_look": may and purchase.needs_person, "shows_cost": self.actor.can("earning.view"),
            "cost": purchase.cost - purchase.returned_cost,
            "profit": purchase.retail - purchase.refunded - purchase.cost + purchase.returned_cost,
        }  # fmt: skip
        return render(request, "purchases/sale.html", context)


class RefundForm(forms.Form):
    def __init__(self, *args: Any, purchase: Purchase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(currency=purchase.currency, min_value=1, label=_("Amount"))
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=300, help_text=_("Stands in the ledger for ever.")
        )


class Refund(FormPage, _OfSale):
    """Money back, and what is unused of the goods."""

    verb = "sale.refund"
    form_class = RefundForm
    template_name = "purchases/refund.html"
    title = _("Refund a sale")
    submit_label = _("Refund the amount")
    done = _("Refunded. What was not used was taken back.")

    def form_arguments(self) -> dict[str, Any]:
        return {"purchase": self.purchase}

    def initial(self) -> dict[str, Any]:
        return {"amount": self.purchase.refundable}

    def context(self) -> dict[str, Any]:
        return {"purchase": self.purchase, "name": self.purchase.name(language())}

    def save(self, form: RefundForm) -> str:
        reversing.refund(
            purchase_id=self.purchase.id, amount=form.cleaned_data["amount"], reason=form.cleaned_data["reason"],
            actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return self.sale_url()

    def cancel_url(self) -> str:
        return self.sale_url()


class LookedAt(PostAction, _OfSale):
    """A person has done what there was to do."""

    verb = "sale.refund"
    done = _("Noted.")

    def act(self) -> str:
        reversing.settle_by_person(
            purchase_id=self.purchase.id, reason=self.request.POST.get("reason", "").strip()[:300], actor=self.actor,
            now=clock.now(),
        )  # fmt: skip
        return self.sale_url()

    def back(self) -> str:
        return self.sale_url()


class SalePaper(_OfSale):
    verb = "sale.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID, paper_id: uuid.UUID) -> HttpResponse:
        return paperfile.answer(request, purchase=self.purchase, paper_id=paper_id, language=language())


class SaleProof(_OfSale):
    verb = "sale.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID) -> HttpResponse:
        return proof_answer(request.site.id, self.purchase.proof)  # type: ignore[attr-defined]


class RecordForm(forms.Form):
    item = forms.ChoiceField(label=_("What was bought"))
    reason = forms.CharField(
        label=_("How it was paid"), max_length=300, help_text=_("For example the number of the bank transfer.")
    )
    proof = forms.FileField(label=_("Proof"), required=False, help_text=_("PDF, PNG or JPEG, at most 5 MB."))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, offers: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [  # type: ignore[attr-defined]
            (str(o.item_id), f"{o.name(language())} · {money_text(o.retail, o.currency)}") for o in offers
        ]


class RecordSale(FormPage):
    """A payment outside Stripe: it gives and costs the same."""

    verb = "sale.record"
    form_class = RecordForm
    title = _("Record a payment from outside")
    lead = _("The merchant gets what it paid for at once. The platform's cost is taken from the prepaid wallet.")
    submit_label = _("Record the payment")
    done = _("Recorded.")

    @property
    def merchant_id(self) -> uuid.UUID:
        found: uuid.UUID = self.kwargs["merchant_id"]
        if office.get_merchant(found) is None:
            raise Http404
        return found

    def form_arguments(self) -> dict[str, Any]:
        return {"offers": shelf(merchant_id=self.merchant_id, now=clock.now()).offers}

    def initial(self) -> dict[str, Any]:
        return {"key": uuid.uuid4()}

    def save(self, form: RecordForm) -> str:
        values = form.cleaned_data
        file = values["proof"]
        made = offline.record(
            purchase_id=uuid_or_none(values["key"]) or uuid.uuid4(), merchant_id=self.merchant_id,
            item_id=uuid.UUID(values["item"]), reason=values["reason"], actor=self.actor, now=clock.now(),
            proof=proofs.keep(self.request.site.id, file.read() if file else b""),  # type: ignore[attr-defined]
        )  # fmt: skip
        return reverse("sales:sale", args=[made.id])

    def cancel_url(self) -> str:
        return reverse("office:merchant", args=[self.kwargs["merchant_id"]])


class Earnings(ListView):
    """What each sale brought: price, the platform's cost, and what is left."""

    verb = "earning.view"
    name = "earnings"
    title = _("Earnings")
    list_subtitle = _("After refunds. The cost went from the prepaid wallet to the platform.")
    template_name = "purchases/earnings.html"
    columns = [
        Column("completed", _("When"), value="completed_at", kind=WHEN, sort="completed_at", primary=True),
        Column("merchant", _("Merchant"), value="merchant.brand_name", sort="merchant__brand_name"),
        Column("name", _("Item"), value=lambda p: p.name(language())),
        Column("price", _("Price"), kind=MoneyKind("currency"), sort="price"),
        Column("cost", _("Platform's cost"), value="paid_cost", kind=MoneyKind("currency"), sort="paid_cost"),
        Column("profit", _("Profit"), kind=MoneyKind("currency"), sort="profit"),
    ]
    search_fields = ["merchant__brand_name", "name_en", "name_ar"]
    filters = [
        Choice("kind", _("Kind"), choices=KINDS, multiple=True),
        DateRange("completed", _("When"), field="completed_at"),
    ]
    default_sort = "-completed"
    empty = Empty(_("No earnings yet"), _("Every completed sale stands here with its profit."), icon="coins")

    def get_queryset(self) -> QuerySet[Purchase]:
        return purchases.list_earned()

    def row_url(self, row: Purchase) -> str:
        return reverse("sales:sale", args=[row.id])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        site: Any = self.request.site
        zone = ZoneInfo(site.time_zone)
        months = purchases.earnings_by_month(currency=site.currency, zone=zone)
        first = timezone.localtime(clock.now(), zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return {
            **context, "currency": site.currency, "this_month": purchases.earned(currency=site.currency, start=first),
            "ever": purchases.earned(currency=site.currency),
            "months": [(self._month(row.label, zone), row) for row in months],
            "merchants": purchases.earnings_by_merchant(currency=site.currency),
        }  # fmt: skip

    def _month(self, moment: Any, zone: ZoneInfo) -> str:
        day: dt.datetime = moment.astimezone(zone)
        return date_format(day, "F Y")


class BillingForm(forms.Form):
    paper_prefix = forms.RegexField(
        r"^[A-Za-z0-9/\-]*$", label=_("Letters before the number"), max_length=12, required=False,
        help_text=_("Such as INV-. Numbers have no gaps."), widget=forms.TextInput({"dir": "ltr"}),
    )  # fmt: skip
    tax_number = forms.CharField(label=_("Tax number"), max_length=40, required=False)
    tax_name_en = forms.CharField(label=_("Name of the tax in English"), max_length=40, required=False)
    tax_name_ar = forms.CharField(label=_("Name of the tax in Arabic"), max_length=40, required=False)
    tax_percent = forms.DecimalField(
        label=_("Rate in percent"), min_value=0, max_value=99, decimal_places=2, max_digits=4, required=False,
        help_text=_("Prices include it. Empty: no tax is shown."),
    )  # fmt: skip
    footer_en = forms.CharField(label=_("Last line in English"), max_length=300, required=False)
    footer_ar = forms.CharField(label=_("Last line in Arabic"), max_length=300, required=False)
    sections = (
        Section(_("Numbers"), ["paper_prefix"]),
        Section(_("Tax"), ["tax_number", "tax_percent", "tax_name_en", "tax_name_ar"], columns=2),
        Section(_("At the end"), ["footer_en", "footer_ar"], columns=2),
    )


class Billing(FormPage):
    """What invoices show. Those that are issued stay as they are."""

    verb = "billing.manage"
    form_class = BillingForm
    title = _("Invoices")
    lead = _("Company name, address and logo come from the brand. What is issued already never changes.")
    done = _("Saved. New invoices show it.")

    def initial(self) -> dict[str, Any]:
        return billing.as_form()

    def save(self, form: BillingForm) -> str:
        billing_service.edit(actor=self.actor, now=clock.now(), **form.cleaned_data)
        return reverse("sales:billing")
