"""The first page of the console."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.queries import trail
from agents import words
from agents.queries import companies
from agents.web.base import Page
from console.queries import overview


class Dashboard(Page):
    verb = "console.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        may_see = self.actor.can("agent.view")
        context = {
            "figures": overview.figures(self.actor) if may_see else None,
            "agents": list(companies.list_agents(self.actor).order_by("-created_at")[:6]) if may_see else [],
            "waiting": list(overview.list_merchants(self.actor).filter(state="registered").order_by("-created_at")[:6])
            if self.actor.can("merchant.overview")
            else [],
            "events": words.labelled(list(trail.list_events()[:8])) if self.actor.can("audit.view") else [],
            "may_manage": self.actor.can("agent.manage"),
            "may_enter": self.actor.can("main.enter"),
        }
        return render(request, "console/dashboard.html", context)
