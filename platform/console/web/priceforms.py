"""Adding items to the price book, and setting prices with their effect shown before they are set."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents.web.base import FormPage
from console.web.agents import CURRENCIES
from console.web.prices import OfItem, agent_choices, language, scope_of, warn
from credits.pricing.choices import AD_DAYS, AdType, ItemKind, ProfitKind
from credits.pricing.errors import CostAbovePrice
from credits.pricing.queries import book, history, warnings
from credits.pricing.services import items, prices
from credits.pricing.services.prices import Scope
from kernel import clock
from tenants.queries import lists
from ui.forms import DateField, MoneyField, Section
from ui.text import percent_text, western

COST = "cost"  # said in the form only: the profit is then what is left of the price


class ItemForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Small letters, digits and dashes. It stays for ever."),
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=ItemKind.choices)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=80, widget=forms.TextInput({"dir": "rtl"}))
    coupon = forms.IntegerField(label=_("Coupon credits"), min_value=0, initial=0)
    wa_ui = forms.IntegerField(label=_("WhatsApp UI credits"), min_value=0, initial=0)
    wa_bi = forms.IntegerField(label=_("WhatsApp BI credits"), min_value=0, initial=0)
    ad_type = forms.ChoiceField(label=_("Type of ad"), choices=[("", "—"), *AdType.choices], required=False)
    days = forms.TypedChoiceField(
        label=_("Days it runs"), choices=[(0, "—"), *((days, days) for days in AD_DAYS)], coerce=int, initial=0
    )
    position = forms.IntegerField(
        label=_("Place"), min_value=0, max_value=100_000, initial=0, help_text=_("Smaller numbers come first.")
    )
    sections = [
        Section(_("Item"), ["code", "kind", "name_en", "name_ar", "position"], columns=2),
        Section(_("Credits it carries"), ["coupon", "wa_ui", "wa_bi"], columns=2, help=_("Any item may carry some.")),
        Section(_("Ads only"), ["ad_type", "days"], columns=2),
    ]


class AddItem(FormPage):
    verb = "price.manage"
    form_class = ItemForm
    title = _("Add an item")
    lead = _("It is sold where you give it a price, which is the next step.")
    submit_label = _("Add the item")
    done = _("Added. Now give it a price.")

    def save(self, form: ItemForm) -> str:
        item = items.save(**form.cleaned_data, actor=self.actor, now=clock.now())
        return reverse("console:price-set", args=[item.id])

    def cancel_url(self) -> str:
        return reverse("console:price-items")


class EditForm(ItemForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("code", "kind"):
            self.fields[name].disabled = True


class EditItem(FormPage, OfItem):
    verb = "price.manage"
    form_class = EditForm
    title = _("Edit the item")
    lead = _("What was bought before keeps the terms it was bought with.")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        item = self.item
        return {name: getattr(item, name) for name in ItemForm.base_fields}

    def save(self, form: EditForm) -> str:
        item = self.item
        items.save(item_id=item.id, enabled=item.enabled, actor=self.actor, now=clock.now(), **form.cleaned_data)
        return self.item_url()

    def cancel_url(self) -> str:
        return self.item_url()


class ScopeForm(forms.Form):
    """Where a price holds; sent by GET, as soon as something is chosen."""

    agent = forms.ChoiceField(label=_("Agent"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES], required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    sections = [Section("", ["agent", "currency", "country"], columns=2)]

    def __init__(self, scope: Scope, view: OfItem) -> None:
        values = {"agent": str(scope.agent_id or ""), "currency": scope.currency, "country": scope.country}
        super().__init__(initial=values)
        for field in self.fields.values():
            field.says_optional = False  # type: ignore[attr-defined]
        self.fields["agent"].choices = [("", _t("Everybody")), *agent_choices(view)[1:]]  # type: ignore[attr-defined]
        self.fields["country"].choices = [("", _t("Every country")), *lists.choices("country", language())]  # type: ignore[attr-defined]
        if scope.agent_id:
            self.fields["currency"].disabled = True
            self.fields["currency"].help_text = _("An agent sells in the currency of its site.")


class PriceForm(forms.Form):
    """A price in one currency. The agent's profit is an amount, a percentage, or what the platform's cost leaves."""

    HOW = (
        (ProfitKind.PERCENT.value, _("The agent keeps a percentage of the price")),
        (ProfitKind.FIXED.value, _("The agent keeps a fixed amount")),
        (COST, _("The platform gets a fixed amount")),
    )
    how = forms.ChoiceField(label=_("How it is shared"), choices=HOW)
    value = forms.CharField(
        label=_("Percentage or amount"), max_length=20,
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "input-ltr"}),
    )  # fmt: skip
    valid_from = DateField(label=_("Valid from"), required=False, presets=())
    confirm = forms.BooleanField(
        label=_("The cost may be above the price"), required=False, widget=forms.HiddenInput,
        help_text=_("The agent then loses money on each sale."),
    )  # fmt: skip
    field_order = ["retail", "how", "value", "valid_from", "confirm"]
    sections = [Section("", field_order[:4], columns=2)]

    def __init__(self, *args: Any, currency: str, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency, self.zone = currency, zone
        self.fields["retail"] = MoneyField(currency=currency, label=_("Price for the merchant"))
        self.fields["valid_from"].help_text = _("Empty: from now on. Else from the start of that day in %(zone)s.") % {
            "zone": zone
        }
        self.order_fields(self.field_order)

    def ask_to_confirm(self) -> None:
        """Show the box that says the loss is meant."""
        self.fields["confirm"].widget = forms.CheckboxInput()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if values.get("confirm"):
            self.ask_to_confirm()
        retail, how, text = values.get("retail"), values.get("how"), values.get("value")
        if retail is None or not how or not text:
            return values
        try:
            if how == ProfitKind.PERCENT:
                values["profit_kind"], values["profit_value"] = ProfitKind.PERCENT, _hundredths(text)
            else:
                amount = MoneyField(currency=self.currency, min_value=None).clean(text)
                values["profit_kind"] = ProfitKind.FIXED
                values["profit_value"] = retail - amount if how == COST else amount
        except ValidationError as error:
            self.add_error("value", error)
        return values

    def starts(self, now: dt.datetime) -> dt.datetime:
        """The moment the price begins to hold: now, or the start of the day that was chosen."""
        day = self.cleaned_data.get("valid_from")
        if day is None or day == clock.local_date(now, self.zone):
            return now
        return clock.start_of_day(day, self.zone)


def _hundredths(text: str) -> int:
    clean = western(text).replace("\u066b", ".").replace("%", "").replace("\u066a", "").strip()
    try:
        value = Decimal(clean)
    except InvalidOperation as error:
        raise ValidationError(_t("Write a percentage, such as 20 or 12.5.")) from error
    if not value.is_finite() or abs(value) > 100 or (value * 100) % 1:
        raise ValidationError(_t("A percentage lies between −100 and 100 and has at most two digits after the point."))
    return int(value * 100)


class SetPrice(FormPage, OfItem):
    """Two forms: where the price holds (GET), and the price itself (POST)."""

    verb = "price.manage"
    form_class = PriceForm
    template_name = "console/price_set.html"
    submit_label = _("Set the price")
    done = _("The price is set.")

    @property
    def title(self) -> Any:
        return _t("Set a price: %(item)s") % {"item": self.item.name(language())}

    @property
    def scope(self) -> Scope:
        return scope_of(self.request.GET, self.actor)

    def form_arguments(self) -> dict[str, Any]:
        return {"currency": self.scope.currency, "zone": self.request.site.time_zone}  # type: ignore[attr-defined]

    def initial(self) -> dict[str, Any]:
        scope = self.scope
        last = history.newest(
            item_id=self.item.id, currency=scope.currency, country=scope.country, agent_id=scope.agent_id,
            now=clock.now(),
        )  # fmt: skip
        if last is None:
            return {}
        if last.profit_kind == ProfitKind.PERCENT:
            value = f"{Decimal(last.profit_value) / 100:f}"
        else:
            value = MoneyField(currency=scope.currency, min_value=None).prepare_value(last.profit_value)
        return {"retail": last.retail, "how": last.profit_kind, "value": value}

    def save(self, form: PriceForm) -> str:
        values, now = form.cleaned_data, clock.now()
        try:
            put = prices.put(
                item_id=self.item.id, scope=self.scope, retail=values["retail"], profit_kind=values["profit_kind"],
                profit_value=values["profit_value"], valid_from=form.starts(now), confirm=values["confirm"],
                actor=self.actor, now=now,
            )  # fmt: skip
        except CostAbovePrice:
            form.ask_to_confirm()
            raise
        for cheap in put.warnings:
            messages.warning(self.request, warn(cheap))
        return self.item_url()

    def cancel_url(self) -> str:
        return self.item_url()

    def context(self) -> dict[str, Any]:
        query = self.request.GET.urlencode()
        preview = reverse("console:price-preview", args=[self.kwargs["item_id"]])
        return {
            "scope_form": ScopeForm(self.scope, self),
            "preview_url": f"{preview}?{query}" if query else preview,
            "item": self.item,
        }


class Preview(SetPrice):
    """What a price not yet set would mean: a fragment that follows the form. Changes nothing."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, item_id: UUID, **kwargs: Any) -> HttpResponse:
        form = PriceForm(request.POST, **self.form_arguments())
        form.is_valid()
        return render(request, "console/price_preview.html", self.effect(form))

    def effect(self, form: PriceForm) -> dict[str, Any]:
        """The figures, as far as the form can be read."""
        values, scope, item = form.cleaned_data, self.scope, self.item
        if "profit_value" not in values:
            return {}
        cost = prices.cost_of(
            retail=values["retail"], profit_kind=values["profit_kind"], profit_value=values["profit_value"]
        )
        if cost < 0:
            return {"too_much": True}
        retail = values["retail"]
        proposed = book.imagined(item, currency=scope.currency, retail=retail, cost=cost)
        cheap = warnings.cheap_bi(
            country=scope.country, currency=scope.currency, agent_id=scope.agent_id, now=form.starts(clock.now()),
            proposed=proposed,
        )  # fmt: skip
        return {
            "currency": scope.currency, "retail": retail, "cost": cost, "profit": retail - cost,
            "share": percent_text(100 * (retail - cost) / retail, digits=1) if retail else "",
            "loss": cost > retail, "warnings": [warn(one) for one in cheap],
        }  # fmt: skip
