"""Who agreed to this merchant's messages: list, history of one customer, withdrawal on the customer's word."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants.services.customers import opened, typed_index
from merchants.web.base import FormView, actor_of, merchant_of, or_404
from messaging.consent import texts
from messaging.consent.choices import Source, State
from messaging.consent.models import OptIn
from messaging.consent.queries import register
from messaging.consent.services import consent
from ui.lists import PHONE, WHEN, Choice, Column, DateRange, Empty, ListView, MenuItem, StateKind

_LANGUAGES = {"en": _("English"), "ar": _("Arabic")}
_SHOWN = [*State.choices, (register.STOPPED, _("Stopped by the customer"))]


class RegisterView(ListView):
    verb = "consent.view"
    name = "consent"
    title = _("Consent")
    list_subtitle = _("Customers who agreed to your messages, or took it back. Only who agreed is ever written to.")
    columns = (
        Column("name", _("Name"), value="customer.name", sort="customer__name", primary=True),
        Column("phone", _("Phone number"), kind=PHONE, value=lambda row: opened(row.customer).phone),
        Column("state", _("State"), value="shown", kind=StateKind("consent"), sort="shown"),
        Column("at", _("Since"), value="since", kind=WHEN, sort="since"),
        Column("source", _("Where"), value=lambda row: row.get_source_display()),
        Column("version", _("Version of the text"), value="text_version"),
        Column("language", _("Language"), value=lambda row: _LANGUAGES.get(row.language, row.language), hidden=True),
    )
    search_hint = _("Name or whole phone number")
    filters = (
        Choice("state", _("State"), choices=_SHOWN, field="shown"),
        Choice("source", _("Where"), choices=Source.choices),
        Choice("version", _("Version of the text"), choices=[(key, key) for key in texts.TEXTS], field="text_version"),
        DateRange("at", _("Since"), field="since"),
    )
    default_sort = "-at"
    empty = Empty(
        _("Nobody has agreed yet"),
        _("The form in which customers take a coupon asks them. Whoever agrees stands here."),
        icon="message-square-heart",
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[OptIn]:
        return register.list_optins()

    def search(self, rows: QuerySet[OptIn], text: str) -> QuerySet[OptIn]:
        """By name; a phone is found by its keyed index, so only whole."""
        index = typed_index(text)
        return rows.filter(customer__phone_index=index) if index else rows.filter(customer__name__icontains=text)

    def row_url(self, row: OptIn) -> str:
        return reverse("consent:history", args=[row.id])

    def row_menu(self, row: OptIn) -> list[MenuItem]:
        if row.state != State.GIVEN or not actor_of(self.request).can("consent.withdraw"):
            return []
        return [MenuItem(_("Withdraw"), reverse("consent:withdraw", args=[row.id]), icon="message-square-off")]


class HistoryView(View):
    """What one customer agreed to, in the words of the day, and how it ended."""

    verb = "consent.view"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row: OptIn = or_404(register.get_optin, kwargs["optin_id"])
        context = {
            "row": row, "person": opened(row.customer), "events": register.list_history(row),
            "stops": register.list_stops(row),
            "crumbs": [(_t("Consent"), reverse("consent:register")), (row.customer.name, "")],
            "may_withdraw": row.state == State.GIVEN and actor_of(request).can("consent.withdraw"),
        }  # fmt: skip
        return render(request, "consent/history.html", context)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("What did the customer say?"), max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text=_("For example: asked for it in the store."),
    )  # fmt: skip


class WithdrawView(FormView):
    verb = "consent.withdraw"
    title = _("Withdraw consent")
    submit_label = _("Withdraw")
    done = _("Withdrawn. You write to this customer no more.")

    def form(self, data: Any = None, files: Any = None) -> WithdrawForm:
        self.row: OptIn = or_404(register.get_optin, self.kwargs["optin_id"])
        return WithdrawForm(data)

    def extra(self) -> dict[str, Any]:
        said = _t("%(customer)s gets no more messages from %(merchant)s. Only the customer can agree again.")
        return {"lead": said % {"customer": self.row.customer.name, "merchant": merchant_of(self.request)}}

    def cancel_url(self) -> str:
        return reverse("consent:history", args=[self.kwargs["optin_id"]])

    def save(self, form: Any) -> str:
        consent.withdraw_by_staff(
            optin_id=self.row.id, reason=form.cleaned_data["reason"], actor=actor_of(self.request), now=clock.now()
        )
        return self.cancel_url()
