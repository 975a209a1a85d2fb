# ruff: noqa: E501, RUF100 long lines of sample data
"""The style guide: every component in every state, on one page per shell. Routed in demo and debug only."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import ListEntry
from ui import jobs, states
from ui.components import Tab
from ui.forms import (
    ColourField,
    DateField,
    ImageField,
    MoneyField,
    Option,
    PhoneField,
    PinInput,
    RadioCards,
    Section,
    SerialInput,
    Switch,
)  # fmt: skip
from ui.lists import BOOL, NUMBER, Boolean, Bulk, BulkInput, Choice, Column, Empty, ListView, MenuItem

PAGES = {"public": "public", "claim": "claim", "redeem": "redeem", "print": "print", "focus": "focus", "scan": "scan"}
_SPARK = [12, 18, 15, 22, 30, 28, 35, 33, 41, 38, 46, 52]


class GuideForm(forms.Form):
    """Every kind of field."""

    sections = [
        Section(_("Offer"), ["title", "kind", "price", "quantity", "ends"], help=_("What customers get.")),
        Section(_("Shop"), ["phone", "city", "colour", "logo"], columns=2),
    ]
    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("Customers see it on the coupon."))
    kind = forms.ChoiceField(
        label=_("Kind of offer"),
        widget=RadioCards,
        initial="percent",
        choices=[
            ("percent", Option(_("Percentage"), _("Such as 20% off"), "percent")),
            ("amount", Option(_("Amount"), _("Such as 15 off"), "banknote")),
            ("item", Option(_("Free item"), _("Such as a free coffee"), "gift")),
        ],
    )
    price = MoneyField(label=_("Price"), currency="SAR", required=False)
    quantity = forms.IntegerField(label=_("Coupons"), min_value=1, initial=1000)
    ends = DateField(label=_("Claim until"))
    phone = PhoneField(country="SA")
    city = forms.ChoiceField(label=_("City"), choices=[("riyadh", _("Riyadh")), ("jeddah", _("Jeddah"))])
    colour = ColourField(label=_("Brand colour"), initial="#0f766e")
    logo = ImageField(label=_("Logo"), required=False, help_text=_("PNG, JPEG or WebP."))
    notes = forms.CharField(label=_("Notes"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    days = forms.MultipleChoiceField(
        label=_("Days"), required=False, widget=forms.CheckboxSelectMultiple, choices=[("fri", _("Friday")), ("sat", _("Saturday"))]
    )
    listed = forms.BooleanField(
        label=_("Show on the coupon centre"), required=False, widget=Switch, initial=True,
        help_text=_("Everybody can find and claim it."),
    )  # fmt: skip
    terms = forms.BooleanField(label=_("I have read the terms"))


class GuideList(ListView):
    """The list component over the platform's own lists."""

    verb = "public.view"
    name = "guide"
    title = _("Lists")
    saves_views = False
    columns = [
        Column("name", _("Name"), value="name_en", sort="name_en", primary=True),
        Column("arabic", _("Name in Arabic"), value="name_ar", sort="name_ar"),
        Column("kind", _("Kind"), value="get_kind_display", sort="kind"),
        Column("code", _("Code"), sort="code", hidden=True),
        Column("position", _("Position"), kind=NUMBER, sort="position"),
        Column("enabled", _("Enabled"), kind=BOOL),
    ]
    search_fields = ["name_en", "name_ar", "code"]
    filters = [
        Choice("kind", _("Kind"), choices=ListEntry.Kind.choices, multiple=True),
        Boolean("enabled", _("Enabled")),
    ]
    default_sort = "name"
    empty = Empty(_("No entries yet"), icon="list")
    bulk_actions = [
        Bulk("count", _("Count"), lambda _view, rows, _request: rows.count(), icon="calculator"),
        Bulk("ask", _("Ask first"), lambda _view, rows, _request: rows.count(), confirm=_("It only counts them.")),
    ]
    bulk_input = BulkInput("word", _("Name"), options=lambda _view: ["Riyadh", "جدة"])

    def get_queryset(self) -> QuerySet[Any]:
        return ListEntry.objects.all()

    def row_menu(self, row: Any) -> list[MenuItem]:
        return [MenuItem(_("Edit"), "#", icon="pencil")]


class RowForm(forms.Form):
    day = forms.ChoiceField(label=_("Day"), choices=[("sun", _("Sunday")), ("mon", _("Monday"))])
    opens = forms.TimeField(label=_("Opens"), widget=forms.TimeInput(attrs={"type": "time"}))


class PinForm(forms.Form):
    serial = forms.CharField(label=_("Coupon code"), widget=SerialInput)
    pin = forms.CharField(label=_("PIN"), widget=PinInput)


class ClaimForm(forms.Form):
    phone = PhoneField(country="SA")


def _charts(now: dt.datetime) -> dict[str, Any]:
    days = [int((now - dt.timedelta(days=30 - day)).timestamp()) for day in range(30)]
    taken = [40 + (day * 37) % 60 + day * 2 for day in range(30)]
    used = [value // 2 + (index * 13) % 20 for index, value in enumerate(taken)]
    return {
        "line_data": {"x": days, "series": [{"label": _("Taken"), "values": taken}, {"label": _("Redeemed"), "values": used}]},
        "bars_data": {
            "labels": [_("Riyadh"), _("Jeddah"), _("Dammam"), _("Mecca")],
            "series": [{"label": _("Taken"), "values": [420, 310, 190, 120]}],
        },
        "doughnut_data": {
            "labels": [_("Taken"), _("Redeemed"), _("Available")],
            "series": [{"label": _("Coupons"), "values": [340, 210, 450]}],
        },
        "spark_data": _SPARK,
    }


def _jobs() -> list[Any]:
    rows: list[dict[str, Any]] = [
        {"title": _("Generate 100,000 coupons"), "state": "running", "percent": 43, "step": _("Writing coupons"), "elapsed": 65,
         "remaining": 84, "can_cancel": True, "cancel_url": "#"},
        {"title": _("Generate 100,000 coupons"), "state": "queued", "percent": 0, "step": "", "elapsed": None, "remaining": None},
        {"title": _("Make the PDF"), "state": "done", "percent": 100, "elapsed": 12, "remaining": None, "result_url": "#"},
        {"title": _("Make the PDF"), "state": "failed", "percent": 80, "elapsed": 12, "remaining": None,
         "error": _("The image could not be read."), "retry_url": "#"},
    ]  # fmt: skip
    return [jobs.view_of(SimpleNamespace(**row)) for row in rows]


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    event = SimpleNamespace(
        at=now - dt.timedelta(hours=3), actor_label="Mona Haddad", verb="batch.extend", before={"claim_until": "2026-11-30"},
        after={"claim_until": "2026-12-31"}, reason="", request_id="4f1c22a09b7d4e31",
    )  # fmt: skip
    other = SimpleNamespace(
        at=now - dt.timedelta(days=2), actor_label="Ada Noor", verb="batch.pause", before={}, after={}, reason="Stock count",
        request_id="",
    )  # fmt: skip
    formset = forms.formset_factory(RowForm, extra=1, can_delete=True)(prefix="hours")
    bound = request.GET.get("errors") is not None
    data = {"title": "", "kind": "percent", "price": "12.345", "quantity": "0", "phone_country": "SA", "phone_number": "123"}
    return {
        "now": now, "past": now - dt.timedelta(minutes=12), "later": now + dt.timedelta(days=3), "events": [event, other],
        "states": list(states.common()), "page": Paginator(range(95), 10).page(3), "jobs": _jobs(),
        "tabs": [Tab(_("Overview"), "#", current=True), Tab(_("Coupons"), "#", count=1000), Tab(_("History"), "#")],
        "crumbs": [(_("Batches"), "#"), (_("Opening week"), "")], "formset": formset,
        "form": GuideForm(data) if bound else GuideForm(), "pin_form": PinForm(), "claim_form": ClaimForm(),
        "colours": ["primary", "accent", "success", "warning", "error", "info", "base-100", "base-200", "base-300"],
        **_charts(now),
    }  # fmt: skip


def guide(request: HttpRequest) -> HttpResponse:
    """All components in the application shell."""
    if request.GET.get("toast") is not None:
        messages.success(request, _("Branch saved."))
    return render(request, "ui/guide/components.html", _context(request))


def page(request: HttpRequest, page: str) -> HttpResponse:
    """One of the other shells."""
    if page not in PAGES:
        raise Http404
    return render(request, f"ui/guide/{PAGES[page]}.html", _context(request))


guide.verb = page.verb = "public.view"  # type: ignore[attr-defined]
