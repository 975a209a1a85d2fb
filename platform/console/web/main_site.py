"""The way from the console into the main site's back office."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.services import handover
from agents.web.base import Page
from kernel import clock
from tenants.queries import sites


class Enter(Page):
    """Explains, and on POST issues the one-time address. The page then goes there by itself.

    A redirect would be refused by the page's own policy, which lets forms lead to this host only.
    """

    verb = "main.enter"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "console/enter_main.html", {"main": sites.main_site(), "address": ""})

    def post(self, request: HttpRequest) -> HttpResponse:
        site = sites.main_site()
        address = handover.issue(site=site, user=request.user, actor=self.actor, now=clock.now())  # type: ignore[arg-type]
        response = render(request, "console/enter_main.html", {"main": site, "address": address})
        response.headers["Cache-Control"] = "no-store"
        return response
