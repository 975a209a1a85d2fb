"""A merchant's templates: own pictures with their places, and the platform's library."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants.paper.editor import layout_from
from merchants.queries import history
from merchants.queries import templates as read
from merchants.services import templates
from merchants.web.base import ActView, FormView, actor_of, file_url, language, or_404, site_of
from merchants.web.fields import thumb_url
from tenants.queries import lists
from ui import toasts
from ui.components import Tab
from ui.forms import ImageField


class TemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For you; customers do not see it."))
    image = ImageField(
        label=_("Picture"), help_text=_("PNG, JPEG or WebP, at most 10 MB. 1,200 pixels or more print sharply.")
    )


def _tabs(request: HttpRequest) -> list[Tab]:
    here = request.path
    pages = (
        (_("Your templates"), reverse("merchants:template-list")),
        (_("Library"), reverse("merchants:template-library")),
        (_("Archived"), reverse("merchants:template-archive")),
    )
    return [Tab(label, url, current=url == here) for label, url in pages]


class TemplateListView(View):
    verb = "template.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        designs = [(read.of_own(one), thumb_url(read.of_own(one))) for one in read.list_own()]
        context = {"designs": designs, "tabs": _tabs(request)}
        return render(request, "merchants/templates.html", context)


class TemplateArchiveListView(View):
    verb = "template.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        designs = [(read.of_own(one), thumb_url(read.of_own(one))) for one in read.list_archived()]
        return render(
            request, "merchants/templates.html", {"designs": designs, "tabs": _tabs(request), "archived": True}
        )


class LibraryView(View):
    verb = "template.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        lang = language()
        names = dict(lists.choices("category", lang, site=site_of(request)))
        found = [read.of_library(one, lang) for one in read.list_library()]
        chosen = request.GET.get("category", "")
        shown = [(one, thumb_url(one)) for one in found if not chosen or one.category == chosen]
        categories = [(code, names.get(code, code)) for code in dict.fromkeys(one.category for one in found) if code]
        context = {
            "designs": shown,
            "tabs": _tabs(request),
            "library": True,
            "categories": categories,
            "chosen": chosen,
        }
        return render(request, "merchants/templates.html", context)


class _Editor(FormView):
    verb = "template.manage"
    template_name = "merchants/template_form.html"
    cancel_name = "merchants:template-list"

    def show(self, form: forms.BaseForm, status: int = 200) -> HttpResponse:
        # What was placed survives a refusal: the editor starts from the sent layout.
        self.sent = layout_from(self.request.POST.get("layout", "")) if self.request.method == "POST" else None
        return super().show(form, status)

    def layout(self) -> Any:
        """The sent layout, or None where the script did not run."""
        try:
            return json.loads(self.request.POST.get("layout") or "null")
        except ValueError:
            return None


class TemplateCreateView(_Editor):
    title = _("Upload a template")
    lead = _("Choose a picture, then drag serial, code and texts to where they belong.")
    submit_label = _("Save the template")
    done = _("Template saved. You can generate coupons with it.")

    def form(self, data: Any = None, files: Any = None) -> TemplateForm:
        return TemplateForm(data, files)

    def extra(self) -> dict[str, Any]:
        return {"layout_json": self.sent, "image_url": ""}

    def save(self, form: Any) -> str:
        templates.upload(
            name=form.cleaned_data["name"], data=_bytes(form.cleaned_data["image"]), layout=self.layout(),
            actor=actor_of(self.request), now=clock.now(), language=language(),
        )  # fmt: skip
        return reverse("merchants:template-list")


class TemplateEditView(_Editor):
    title = _("Edit the template")
    lead = _("Batches that were made with it keep the look they have.")
    submit_label = _("Save the template")
    done = _("Template saved.")

    def form(self, data: Any = None, files: Any = None) -> TemplateForm:
        template = or_404(templates.get, self.kwargs["template_id"])
        form = TemplateForm(data, files, initial={"name": template.name})
        form.fields["image"].required = False
        form.fields["image"].label = _("Another picture")
        return form

    def extra(self) -> dict[str, Any]:
        template = or_404(templates.get, self.kwargs["template_id"])
        return {
            "layout_json": self.sent or template.layout, "image_url": file_url(template.image), "template": template,
            "history": history.of_object(template.id),
        }  # fmt: skip

    def save(self, form: Any) -> str:
        image = form.cleaned_data["image"]
        templates.edit(
            template_id=self.kwargs["template_id"], name=form.cleaned_data["name"], layout=self.layout(),
            data=_bytes(image) if image else b"", actor=actor_of(self.request), now=clock.now(),
        )  # fmt: skip
        return reverse("merchants:template-list")


def _bytes(upload: Any) -> bytes:
    upload.seek(0)
    return bytes(upload.read())


class TemplateArchiveView(ActView):
    verb = "template.manage"

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:template-list")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        template_id: uuid.UUID = kwargs["template_id"]
        template = templates.archive(template_id=template_id, actor=actor_of(request), now=self.now)
        text = _("“%(name)s” is archived.") % {"name": template.name}
        toasts.undo(request, text, url=reverse("merchants:template-restore", args=[template.id]))
        return self.back()


class TemplateRestoreView(ActView):
    verb = "template.manage"
    done = _("The template is back.")

    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:template-list")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        templates.restore(template_id=kwargs["template_id"], actor=actor_of(request), now=self.now)
        return self.back()
