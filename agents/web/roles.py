"""The roles in plain words, and the audit trail."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import permissions
from accounts.models import AuditEvent
from accounts.queries import trail
from accounts.roles import StaffRole
from agents import words
from agents.web.base import Page
from agents.web.people import tabs
from ui.lists import WHEN, Choice, Column, DateRange, Empty, ListView

IN_WORDS: dict[str, Any] = {
    StaffRole.SUPER_ADMIN: _("Everything, staff and brand included."),
    StaffRole.MANAGEMENT: _("Sees everything and changes nothing but the own settings."),
    StaffRole.OPERATIONS: _("Runs the daily work: merchants, agents, library, domains."),
    StaffRole.FINANCE: _("Credits, wallets and the ledger."),
    StaffRole.FINANCE_VIEWER: _("Reads statements and the ledger."),
    StaffRole.SUPPORT: _("Answers messages and looks things up."),
    StaffRole.AD_APPROVER: _("Approves and rejects ads."),
    StaffRole.MEDIA_BUYER: _("Campaigns, pictures and the template library."),
    StaffRole.AFFILIATE_MANAGER: _("Looks after partners and their codes."),
    StaffRole.ANALYST: _("Reads reports and statistics."),
    StaffRole.VIEWER: _("Looks around and changes nothing."),
}


class Roles(Page):
    """Who may do what, from the one permission table."""

    verb = "staff.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        scope = permissions.CONSOLE if request.site.type == "master" else permissions.SITE  # type: ignore[attr-defined]
        matrix = [
            (words.VERBS[verb], [role in scopes[scope] for role in StaffRole])
            for verb, scopes in permissions.TABLE.items()
            if scope in scopes
        ]
        context = {
            "roles": [(role.label, IN_WORDS[role]) for role in StaffRole],
            "heads": [role.label for role in StaffRole],
            "matrix": matrix,
            "tabs_of_page": tabs("roles"),
        }
        return render(request, "people/roles.html", context)


def _changes(event: AuditEvent) -> str:
    parts = [f"{name}: {_plain(event.before.get(name))} → {_plain(event.after.get(name))}" for name in event.after]
    return "; ".join(parts)


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "—"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class AuditList(ListView):
    verb = "audit.view"
    name = "audit"
    title = _("Audit trail")
    list_subtitle = _("Who did what, from what to what. Nobody can change it afterwards.")
    columns = [
        Column("at", _("When"), kind=WHEN, sort="at"),
        Column("actor", _("Who"), value="actor_label", sort="actor_label"),
        Column("verb", _("What"), value=lambda event: words.event(event.verb), primary=True),
        Column("object", _("On what"), value="object_label"),
        Column(
            "changes",
            _("Changes"),
            value=_changes,
            render=lambda event: format_html('<bdi class="text-sm muted">{}</bdi>', _changes(event)[:200]),
        ),
        Column("reason", _("Reason"), hidden=False),
        Column("request", _("Request"), value="request_id", hidden=True),
    ]
    search_fields = ["actor_label", "object_label", "reason"]
    filters = [
        DateRange("period", _("When"), field="at"),
        Choice(
            "what", _("What"), field="verb", choices=lambda view: sorted(words.EVENTS.items(), key=lambda e: str(e[1]))
        ),
    ]
    default_sort = "-at"
    empty = Empty(_("Nothing happened yet"), _("Every change that matters will stand here."), icon="scroll-text")

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return trail.list_events()
