"""Merchants in the back office."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from accounts.services import invitations
from agents import words
from agents.queries import office
from agents.web.base import FormPage, Page, PostAction
from agents.web.ledger import LedgerList
from credits.queries import balances
from kernel import clock
from merchants.models import Merchant
from merchants.services import lifecycle
from tenants.models import Site
from tenants.queries import lists
from ui.forms import Option, PhoneField, RadioCards, Section
from ui.lists import CREDITS, WHEN, Action, Choice, Column, DateRange, Empty, ListView, MenuItem, StateKind
from ui.states import State, register

S = Merchant.State
register(
    "merchant",
    {
        S.REGISTERED: State(_("Waiting for activation"), "warning"),
        S.PENDING_PAYMENT: State(S.PENDING_PAYMENT.label, "warning"),
        S.PENDING_WALLET: State(S.PENDING_WALLET.label, "info", "loader"),
        S.ACTIVE: State(S.ACTIVE.label, "good"),
        S.EXPIRED: State(S.EXPIRED.label, "neutral", "calendar-x"),
        S.SUSPENDED: State(S.SUSPENDED.label, "bad", "circle-slash"),
        S.ARCHIVED: State(S.ARCHIVED.label, "neutral", "archive"),
    },
)


class MerchantList(ListView):
    verb = "merchant.view"
    name = "merchants"
    title = _("Merchants")
    columns = [
        Column("number", _("No."), sort="number"),
        Column("name", _("Name"), value="brand_name", sort="brand_name", primary=True),
        Column("state", _("State"), kind=StateKind("merchant"), sort="state"),
        Column("plan", _("Plan"), value="get_plan_display", sort="plan"),
        Column("city", _("City"), hidden=True),
        Column("coupon", _("Coupon credits"), kind=CREDITS, sort="coupon"),
        Column("wa_ui", _("WhatsApp UI credits"), kind=CREDITS, sort="wa_ui", hidden=True),
        Column("wa_bi", _("WhatsApp BI credits"), kind=CREDITS, sort="wa_bi", hidden=True),
        Column("until", _("Active until"), value="active_until", kind=WHEN, hidden=True),
        Column("created", _("Registered"), value="created_at", kind=WHEN, sort="created_at"),
    ]
    search_fields = ["brand_name", "brand_name_ar", "legal_name", "contact_name", "contact_email"]
    filters = [
        Choice("state", _("State"), choices=S.choices, multiple=True),
        Choice("plan", _("Plan"), choices=Merchant.Plan.choices),
        DateRange("created", _("Registered"), field="created_at"),
    ]
    default_sort = "-created"
    empty = Empty(
        _("No merchants yet"),
        _("Merchants make the coupons that your visitors come for."),
        icon="store",
        url_name="office:merchant-create",
        label=_("Add a merchant"),
    )

    def get_queryset(self) -> QuerySet[Merchant]:
        return office.list_merchants()

    def row_url(self, row: Merchant) -> str:
        return reverse("office:merchant", args=[row.id])

    def row_menu(self, row: Merchant) -> list[MenuItem]:
        if not self.request.actor.can("merchant.manage"):  # type: ignore[attr-defined]
            return []
        return [MenuItem(_("Edit"), reverse("office:merchant-edit", args=[row.id]), icon="pencil")]

    def actions(self) -> list[Action]:
        allowed = self.request.actor.can("merchant.manage")  # type: ignore[attr-defined]
        return [Action(_("Add a merchant"), reverse("office:merchant-create"), icon="plus")] if allowed else []


class MerchantForm(forms.Form):
    """A merchant's data. The lists are the platform's, less what this site hides."""

    brand_name = forms.CharField(label=_("Brand name"), max_length=80)
    brand_name_ar = forms.CharField(
        label=_("Brand name in Arabic"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"dir": "rtl", "lang": "ar"}),
    )
    legal_name = forms.CharField(label=_("Legal name"), max_length=160)
    category = forms.ChoiceField(label=_("Category"), required=False)
    business_type = forms.ChoiceField(label=_("Business type"), required=False)
    country = forms.ChoiceField(label=_("Country"))
    city = forms.ChoiceField(label=_("City or region"), required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("Contact's e-mail"), required=False)
    sections = [
        Section(_("Business"), ["brand_name", "brand_name_ar", "legal_name", "category", "business_type"], columns=2),
        Section(_("Place"), ["country", "city", "address"], columns=2),
        Section(_("Contact"), ["contact_name", "contact_email", "contact_phone"], columns=2),
    ]

    def __init__(self, *args: Any, site: Site, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self.fields["contact_phone"] = PhoneField(country=site.country, required=False, label=_("Contact's phone"))
        chosen = self.data.get("country") or country or site.country
        for name, kind, parent in (
            ("category", "category", ""),
            ("business_type", "business_type", ""),
            ("country", "country", ""),
            ("city", "city", chosen),
        ):
            found = lists.choices(kind, language, site=site, parent=parent)
            blank = [] if self.fields[name].required else [("", "—")]
            kept = (self.initial or {}).get(name)
            if kept and kept not in dict(found):  # an entry that was hidden or disabled later is not lost by editing
                found = [*found, (kept, lists.names(kind, [kept], language).get(kept, kept))]
            self.fields[name].choices = [*blank, *found]  # type: ignore[attr-defined]


class NewMerchantForm(MerchantForm):
    plan = forms.ChoiceField(
        label=_("Plan"),
        widget=RadioCards,
        initial=Merchant.Plan.ANNUAL,
        choices=[
            (Merchant.Plan.ANNUAL, Option(_("Annual"), _("A year from activation"), "calendar")),
            (Merchant.Plan.TEMPORARY, Option(_("Temporary"), _("30 days from activation"), "hourglass")),
        ],
    )
    owner_name = forms.CharField(label=_("Owner's name"), max_length=120)
    owner_email = forms.EmailField(label=_("Owner's e-mail"), help_text=_("The invitation goes here."))
    sections = [
        Section(_("Plan"), ["plan"]),
        *MerchantForm.sections[:2],
        Section(
            _("Owner"),
            ["owner_name", "owner_email", "contact_phone"],
            columns=2,
            help=_("Gets a link to choose a password and signs in as the merchant's owner."),
        ),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("contact_name", "contact_email"):
            del self.fields[name]


class CreateMerchant(FormPage):
    verb = "merchant.manage"
    form_class = NewMerchantForm
    title = _("Add a merchant")
    submit_label = _("Add the merchant")
    done = _("Merchant registered. The owner's invitation is on its way.")

    def form_arguments(self) -> dict[str, Any]:
        return {"site": self.request.site}

    def initial(self) -> dict[str, Any]:
        return {"country": self.request.site.country, "plan": Merchant.Plan.ANNUAL}  # type: ignore[attr-defined]

    def save(self, form: NewMerchantForm) -> str:
        merchant = lifecycle.create(actor=self.actor, now=clock.now(), **form.cleaned_data)
        return reverse("office:merchant", args=[merchant.id])

    def cancel_url(self) -> str:
        return reverse("office:merchants")


class _OfMerchant(Page):
    @property
    def merchant(self) -> Merchant:
        found = office.get_merchant(self.kwargs["merchant_id"])
        if found is None:
            raise Http404
        return found

    def merchant_url(self) -> str:
        return reverse("office:merchant", args=[self.kwargs["merchant_id"]])


class EditMerchant(FormPage, _OfMerchant):
    verb = "merchant.manage"
    form_class = MerchantForm
    title = _("Edit the merchant")
    done = _("Saved.")

    def form_arguments(self) -> dict[str, Any]:
        return {"site": self.request.site, "country": self.merchant.country}

    def initial(self) -> dict[str, Any]:
        merchant = self.merchant
        return {name: getattr(merchant, name) for name in lifecycle.EDITABLE}

    def save(self, form: MerchantForm) -> str:
        lifecycle.edit(merchant_id=self.kwargs["merchant_id"], actor=self.actor, now=clock.now(), **form.cleaned_data)
        return self.merchant_url()

    def cancel_url(self) -> str:
        return self.merchant_url()


class MerchantPage(_OfMerchant):
    """One merchant: state, wallets, people, history."""

    verb = "merchant.view"

    def get(self, request: HttpRequest, merchant_id: UUID) -> HttpResponse:
        merchant = self.merchant
        language = get_language() or "en"
        context = {
            "merchant": merchant,
            "wallets": balances.wallets_of_merchant(merchant.id),
            "people": office.people_of(merchant.id),
            "invited": office.invited_to(merchant.id),
            "history": words.labelled(trail.list_history(merchant.id)),
            "may_manage": self.actor.can("merchant.manage"),
            "may_sell": self.actor.can("sale.record"),
            "may_read_ledger": self.actor.can("ledger.view"),
            "may_see_messages": self.actor.can("message.view"),
            "city": lists.names("city", [merchant.city], language).get(merchant.city, merchant.city),
            "category": lists.names("category", [merchant.category], language).get(merchant.category, ""),
        }
        return render(request, "agents/merchant.html", context)


class _MerchantAction(PostAction, _OfMerchant):
    verb = "merchant.manage"

    @property
    def reason(self) -> str:
        return str(self.request.POST.get("reason", "")).strip()[:300]

    def back(self) -> str:
        self.merchant  # noqa: B018 - 404 for what is not here
        return self.merchant_url()


class Suspend(_MerchantAction):
    done = _("The merchant is suspended. Coupons that are out can still be redeemed.")

    def act(self) -> str:
        back = self.back()
        lifecycle.suspend(merchant_id=self.kwargs["merchant_id"], reason=self.reason, actor=self.actor, now=clock.now())
        return back


class Archive(_MerchantAction):
    done = _("The merchant is archived.")

    def act(self) -> str:
        back = self.back()
        lifecycle.archive(merchant_id=self.kwargs["merchant_id"], reason=self.reason, actor=self.actor, now=clock.now())
        return back


class Reopen(_MerchantAction):
    done = _("The merchant is reopened.")

    def act(self) -> str:
        back = self.back()
        lifecycle.reopen(merchant_id=self.kwargs["merchant_id"], actor=self.actor, now=clock.now())
        return back


class ResendOwner(_MerchantAction):
    """Send the invitation of one of the merchant's people again."""

    done = _("Sent again. The old link no longer works.")

    def act(self) -> str:
        back = self.back()
        waiting = {row.id: row for row in office.invited_to(self.kwargs["merchant_id"])}
        if self.kwargs["invitation_id"] not in waiting:
            raise Http404
        invitations.resend(invitation=waiting[self.kwargs["invitation_id"]], actor=self.actor, now=clock.now())
        return back


class MerchantLedger(LedgerList):
    """One wallet of a merchant of this site."""

    @property
    def title(self) -> Any:
        found = office.get_merchant(self.kwargs["merchant_id"])
        if found is None:
            raise Http404
        return found.name(get_language() or "en")

    def unit_url(self, unit: str) -> str:
        return reverse("office:merchant-ledger", args=[self.kwargs["merchant_id"], unit])

    @property
    def back_url(self) -> str:
        return reverse("office:merchant", args=[self.kwargs["merchant_id"]])
