"""The template library."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.queries import trail
from agents import words
from agents.web.base import FormPage, Page, PostAction
from kernel import clock
from merchants.library import queries, services
from merchants.library.models import LibraryTemplate
from tenants.queries import lists
from ui.forms import ImageField
from ui.lists import WHEN, Action, Boolean, Bulk, Choice, Column, Empty, ListView, MenuItem, StateKind


def _thumbnail(row: LibraryTemplate) -> Any:
    url = reverse("console:template-picture", args=[row.id])
    return format_html('<img class="h-10 w-16 rounded object-cover" src="{}" alt="" loading="lazy">', url)


def _categories(view: Any) -> list[tuple[str, str]]:
    return lists.choices("category", get_language() or "en")


def _switch(*, enabled: bool) -> Any:
    def run(view: Any, rows: QuerySet[LibraryTemplate], request: HttpRequest) -> int:
        found = list(rows.values_list("id", flat=True))
        for template_id in found:
            services.set_enabled(
                template_id=template_id,
                enabled=enabled,
                actor=request.actor,  # type: ignore[attr-defined]
                now=clock.now(),
            )
        return len(found)

    return run


class LibraryList(ListView):
    verb = "library.view"
    name = "library"
    title = _("Template library")
    list_subtitle = _("Every enabled template can be chosen by every merchant of every site.")
    columns = [
        Column("picture", _("Picture"), value="image", render=_thumbnail, exported=False),
        Column("name", _("Name"), value="name_en", sort="name_en", primary=True),
        Column("name_ar", _("Name in Arabic"), sort="name_ar"),
        Column("category", _("Category"), sort="category"),
        Column(
            "state", _("State"), value=lambda row: "enabled" if row.enabled else "disabled", kind=StateKind("template")
        ),
        Column("size", _("Pixels"), value=lambda row: f"{row.width} × {row.height}", hidden=True),
        Column("created", _("Added"), value="created_at", kind=WHEN, sort="created_at"),
    ]
    search_fields = ["name_en", "name_ar"]
    filters = [
        Choice("category", _("Category"), choices=_categories),
        Boolean("enabled", _("Enabled")),
    ]
    default_sort = "-created"
    bulk_actions = [
        Bulk("enable", _("Enable"), _switch(enabled=True), icon="eye", verb="library.manage"),
        Bulk("disable", _("Disable"), _switch(enabled=False), icon="eye-off", verb="library.manage"),
    ]
    empty = Empty(
        _("No templates yet"),
        _("Ready-made pictures let merchants print coupons within a minute."),
        icon="image",
        url_name="console:template-add",
        label=_("Add a template"),
    )

    def get_queryset(self) -> QuerySet[LibraryTemplate]:
        return queries.list_all()

    def row_url(self, row: LibraryTemplate) -> str:
        return reverse("console:template", args=[row.id])

    def row_menu(self, row: LibraryTemplate) -> list[MenuItem]:
        if not self.request.actor.can("library.manage"):  # type: ignore[attr-defined]
            return []
        step, word, icon = ("disable", _("Disable"), "eye-off") if row.enabled else ("enable", _("Enable"), "eye")
        return [
            MenuItem(_("Edit"), reverse("console:template-edit", args=[row.id]), icon="pencil"),
            MenuItem(word, reverse(f"console:template-{step}", args=[row.id]), icon=icon, method="post"),
        ]

    def actions(self) -> list[Action]:
        allowed = self.request.actor.can("library.manage")  # type: ignore[attr-defined]
        return [Action(_("Add a template"), reverse("console:template-add"), icon="plus")] if allowed else []


class TemplateForm(forms.Form):
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    name_ar = forms.CharField(label=_("Name in Arabic"), max_length=80, widget=forms.TextInput({"dir": "rtl"}))
    category = forms.ChoiceField(label=_("Category"), required=False)
    picture = ImageField(label=_("Picture"), help_text=_("PNG, JPEG or WebP, at most 10 MB and 40 megapixels."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "—"), *_categories(None)]  # type: ignore[attr-defined]


class EditForm(TemplateForm):
    layout = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].required = False
        self.fields["picture"].label = _("Another picture")

    def clean_layout(self) -> Any:
        text = self.cleaned_data["layout"]
        try:
            return json.loads(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("The layout cannot be read. Load the page again.")) from error


def _bytes(upload: Any) -> bytes:
    if not upload:
        return b""
    upload.seek(0)
    return bytes(upload.read())


class AddTemplate(FormPage):
    verb = "library.manage"
    form_class = TemplateForm
    title = _("Add a template")
    lead = _("Serial and code get their usual places; you can move them in the next step.")
    submit_label = _("Add the template")
    done = _("Added. Now check the places of serial and code.")

    def save(self, form: TemplateForm) -> str:
        values = form.cleaned_data
        template = services.add(
            name_en=values["name_en"],
            name_ar=values["name_ar"],
            category=values["category"],
            data=_bytes(values["picture"]),
            actor=self.actor,
            now=clock.now(),
        )
        return reverse("console:template-edit", args=[template.id])

    def cancel_url(self) -> str:
        return reverse("console:library")


class _OfTemplate(Page):
    @property
    def template(self) -> LibraryTemplate:
        found = queries.get(self.kwargs["template_id"])
        if found is None:
            raise Http404
        return found

    def template_url(self) -> str:
        return reverse("console:template", args=[self.kwargs["template_id"]])


class TemplatePage(_OfTemplate):
    """A template as it is printed."""

    verb = "library.view"

    def get(self, request: HttpRequest, template_id: UUID) -> HttpResponse:
        template = self.template
        language = get_language() or "en"
        context = {
            "template": template,
            "category": lists.names("category", [template.category], language).get(template.category, ""),
            "history": words.labelled(trail.list_history(template.id)),
            "may_manage": self.actor.can("library.manage"),
        }
        return render(request, "console/template.html", context)


class EditTemplate(FormPage, _OfTemplate):
    verb = "library.manage"
    form_class = EditForm
    template_name = "console/template_edit.html"
    title = _("Edit the template")
    done = _("Saved. Batches that were made before keep the old picture.")

    def initial(self) -> dict[str, Any]:
        template = self.template
        return {name: getattr(template, name) for name in ("name_en", "name_ar", "category")}

    def context(self) -> dict[str, Any]:
        template = self.template
        return {
            "template": template,
            "layout_json": template.layout,
            "image_url": reverse("console:template-picture", args=[template.id]),
        }

    def save(self, form: EditForm) -> str:
        values = form.cleaned_data
        services.edit(
            template_id=self.template.id,
            name_en=values["name_en"],
            name_ar=values["name_ar"],
            category=values["category"],
            layout=values["layout"],
            data=_bytes(values["picture"]),
            actor=self.actor,
            now=clock.now(),
        )
        return self.template_url()

    def cancel_url(self) -> str:
        return self.template_url()


class Picture(_OfTemplate):
    """The template's picture."""

    verb = "library.view"

    def get(self, request: HttpRequest, template_id: UUID) -> HttpResponse:
        template = self.template
        try:
            data = services.picture(template)
        except FileNotFoundError as error:
            raise Http404 from error
        response = HttpResponse(data, content_type=template.content_type)
        response.headers["Cache-Control"] = "private, max-age=300"
        return response


class _TemplateAction(PostAction, _OfTemplate):
    verb = "library.manage"
    enabled = True

    def act(self) -> str:
        services.set_enabled(template_id=self.template.id, enabled=self.enabled, actor=self.actor, now=clock.now())
        return self.template_url()

    def back(self) -> str:
        return self.template_url()


class Enable(_TemplateAction):
    done = _("Merchants can choose it from now on.")


class Disable(_TemplateAction):
    enabled = False
    done = _("Merchants can no longer choose it. Batches made with it stay as they are.")
