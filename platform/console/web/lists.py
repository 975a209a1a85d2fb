"""The platform's lists: categories, business types, countries, cities."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents.web.base import FormPage
from console.services import lists as services
from kernel import clock
from tenants.models import ListEntry
from tenants.queries import lists
from ui.lists import NUMBER, Action, Boolean, Choice, Column, Empty, ListView, StateKind

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


class EntryList(ListView):
    verb = "list.manage"
    name = "lists"
    title = _("Lists")
    list_subtitle = _("What merchants and visitors of all sites choose from. A site may hide entries.")
    columns = [
        Column("name", _("Name"), value="name_en", sort="name_en", primary=True),
        Column("name_ar", _("Name in Arabic"), sort="name_ar"),
        Column("kind", _("List"), value="get_kind_display", sort="kind"),
        Column("parent", _("Country"), sort="parent"),
        Column("code", _("Code"), sort="code"),
        Column("position", _("Order"), kind=NUMBER, sort="position"),
        Column(
            "state", _("State"), value=lambda row: "enabled" if row.enabled else "disabled", kind=StateKind("template")
        ),
    ]
    search_fields = ["name_en", "name_ar", "code"]
    filters = [
        Choice("kind", _("List"), choices=ListEntry.Kind.choices),
        Boolean("enabled", _("Enabled")),
    ]
    default_sort = "position"
    empty = Empty(_("No entries"), icon="list")

    def get_queryset(self) -> QuerySet[ListEntry]:
        return ListEntry.objects.all()

    def row_url(self, row: ListEntry) -> str:
        return reverse("console:list-edit", args=[row.id])

    def actions(self) -> list[Action]:
        return [Action(_("Add an entry"), reverse("console:list-add"), icon="plus")]


class EntryForm(forms.Form):
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=80, widget=forms.TextInput({"dir": "rtl"}))
    position = forms.IntegerField(label=_("Order"), min_value=0, max_value=100_000)
    enabled = forms.BooleanField(label=_("Offered to the sites"), required=False)


class NewEntryForm(forms.Form):
    kind = forms.ChoiceField(label=_("List"), choices=ListEntry.Kind.choices)
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Small letters, digits, hyphens. It can never be changed.")
    )
    parent = forms.ChoiceField(label=_("Country"), required=False, help_text=_("For cities only."))
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=80, widget=forms.TextInput({"dir": "rtl"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = lists.choices("country", get_language() or "en")
        self.fields["parent"].choices = [("", "—"), *countries]  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        if self.cleaned_data.get("kind") == ListEntry.Kind.COUNTRY:
            code = code.upper()
            if not re.fullmatch(r"[A-Z]{2}", code):
                raise forms.ValidationError(_t("A country's code has two letters, such as SA."))
            return code
        if not CODE.fullmatch(code):
            raise forms.ValidationError(_t("Use small letters, digits and hyphens."))
        return code

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (values.get("kind") == ListEntry.Kind.CITY) != bool(values.get("parent")):
            self.add_error("parent", _t("A city has a country; other entries have none."))
        return values


class AddEntry(FormPage):
    verb = "list.manage"
    form_class = NewEntryForm
    title = _("Add an entry")
    done = _("Added.")

    def save(self, form: NewEntryForm) -> str:
        services.add(actor=self.actor, now=clock.now(), **form.cleaned_data)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("console:lists")


class EditEntry(FormPage):
    verb = "list.manage"
    form_class = EntryForm
    title = _("Edit the entry")
    done = _("Saved.")

    @property
    def entry(self) -> ListEntry:
        found = ListEntry.objects.filter(id=self.kwargs["entry_id"]).first()
        if found is None:
            raise Http404
        return found

    def initial(self) -> dict[str, Any]:
        entry = self.entry
        return {name: getattr(entry, name) for name in services.FIELDS}

    def save(self, form: EntryForm) -> str:
        services.edit(entry=self.entry, actor=self.actor, now=clock.now(), **form.cleaned_data)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("console:lists")
