"""The texts of the sites, and what Meta says of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from agents.web.base import Page, PostAction
from kernel import clock
from messaging.meta.choices import LANGUAGES, Purpose, TemplateStatus, category_words
from messaging.meta.models import MessageTemplate
from messaging.meta.queries import templates as read
from messaging.meta.services import templates
from messaging.meta.texts import has_image, text_of
from messaging.meta.web.shown import tabs, with_site
from tenants.queries import sites
from ui.components import Tab
from ui.lists import WHEN, Bulk, Choice, Column, Empty, ListView, StateKind


def submit_again(view: Any, rows: QuerySet[MessageTemplate], request: HttpRequest) -> int:
    return templates.submit_again(rows=rows, actor=request.actor, now=clock.now())  # type: ignore[attr-defined]


class TextList(ListView):
    verb = "meta.view"
    name = "whatsapp-texts"
    title = _("WhatsApp")
    list_subtitle = _(
        "What goes out without having been asked for is a text that Meta approved, for each site and language."
    )
    columns = [
        Column("site", _("Site"), value="site_name", sort="site_name", primary=True),
        Column("purpose", _("For"), value=lambda row: row.get_purpose_display(), sort="purpose"),
        Column(
            "language",
            _("Language"),
            value=lambda row: dict(LANGUAGES).get(row.language, row.language),
            sort="language",
        ),
        Column("status", _("State"), kind=StateKind("whatsapp_template"), sort="status"),
        Column(
            "category",
            _("Category"),
            value=lambda row: category_words(row.category),
            sort="category",
        ),
        Column("reason", _("Reason")),
        Column("changed", _("Changed"), value="changed_at", kind=WHEN, sort="changed_at"),
        Column("name", _("Name at Meta"), hidden=True),
    ]
    search_fields = ["name", "site_name__icontains"]
    filters = [
        Choice(
            "site", _("Site"), field="site_id", choices=lambda view: [(str(s.id), s.name) for s in sites.list_sites()]
        ),
        Choice("purpose", _("For"), choices=Purpose.choices, multiple=True),
        Choice("language", _("Language"), choices=LANGUAGES),
        Choice("status", _("State"), choices=[c for c in TemplateStatus.choices if c[0]], multiple=True),
    ]
    default_sort = "site"
    empty = Empty(
        _("No texts yet"),
        _("They are submitted to Meta as soon as a number is connected to a site."),
        icon="message-square-text", url_name="meta:sender-connect", label=_("Connect a number"),
    )  # fmt: skip
    bulk_actions = [
        Bulk("again", _("Submit again"), run=submit_again, icon="refresh-cw", verb="meta.manage",
             confirm=_("Meta reviews them anew. Until then those that are changed cannot be sent.")),
    ]  # fmt: skip

    def get_queryset(self) -> QuerySet[MessageTemplate]:
        return with_site(read.list_templates())

    def row_url(self, row: MessageTemplate) -> str:
        return reverse("meta:text", args=[row.id])

    def tabs(self) -> list[Tab]:
        return tabs("texts")


class _OfText(Page):
    @cached_property
    def text(self) -> MessageTemplate:
        found = with_site(read.list_templates()).filter(id=self.kwargs["text_id"]).first()
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def text_url(self) -> str:
        return reverse("meta:text", args=[self.kwargs["text_id"]])


class TextPage(_OfText):
    verb = "meta.view"

    def get(self, request: HttpRequest, text_id: uuid.UUID) -> HttpResponse:
        row = self.text
        purpose = Purpose(row.purpose)
        context = {
            "text": row, "words": text_of(purpose, row.language), "has_image": has_image(purpose),
            "direction": "rtl" if row.language == "ar" else "ltr", "may_manage": self.actor.can("meta.manage"),
            "language": dict(LANGUAGES).get(row.language, row.language),
            "category": category_words(row.category),
            "paused": row.status == TemplateStatus.PAUSED and row.meta_id,
            "link": f"{row.link_base}…" if row.link_base else "",
        }  # fmt: skip
        return render(request, "meta/text.html", context)


class _OnText(PostAction, _OfText):
    verb = "meta.manage"

    def back(self) -> str:
        return self.text_url()


class SubmitAgain(_OnText):
    done = _("It is being submitted. Meta answers within minutes, sometimes hours.")

    def act(self) -> str:
        templates.submit_again(rows=[self.text], actor=self.actor, now=clock.now())
        return self.back()


class Unpause(_OnText):
    done = _("Meta lets it go out again.")

    def act(self) -> str:
        templates.unpause(row=self.text, actor=self.actor, now=clock.now())
        return self.back()
