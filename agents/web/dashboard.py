"""The first page of the back office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.queries import trail
from agents import words
from agents.queries import office
from agents.web.base import Page


class Dashboard(Page):
    verb = "office.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        may_see = self.actor.can("merchant.view")
        context = {
            "figures": office.figures() if may_see else None,
            "newest": list(office.list_merchants().order_by("-created_at")[:6]) if may_see else [],
            "events": words.labelled(list(trail.list_events()[:8])) if self.actor.can("audit.view") else [],
            "may_manage": self.actor.can("merchant.manage"),
            "may_see": may_see,
        }
        return render(request, "agents/dashboard.html", context)
