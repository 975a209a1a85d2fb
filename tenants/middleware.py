"""From the host to the site: the first of ours to see a request."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.template.loader import render_to_string
from django.urls import set_urlconf
from django.utils import translation

from tenants.models import Site
from tenants.queries import sites
from tenants.walls import wall

log = structlog.get_logger("couponry.request")


class SiteMiddleware:
    """Finds the site of the host and opens its door (level site, or master); an unknown host is 404.

    Sets `request.site`, `request.urlconf` and `request.request_id`. A suspended site shows a neutral page, except to
    what keeps coupons redeemable (`settings.OPEN_WHILE_SUSPENDED`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        site = sites.find_by_host(request.META.get("HTTP_HOST", ""))
        if site is None or not site.ready:
            return HttpResponseNotFound("Nothing here.", content_type="text/plain")
        host = request.META["HTTP_HOST"].lower()
        # The registry has just vouched for this host; ALLOWED_HOSTS cannot know the agents' own domains.
        request.get_host = lambda: host  # type: ignore[method-assign]
        request.site = site
        request.session_cookie_name = settings.SESSION_COOKIE_NAME  # type: ignore[attr-defined]
        urlconf = str(settings.TENANT_TYPES[site.type]["URLCONF"])
        request.urlconf = urlconf
        set_urlconf(urlconf)
        structlog.contextvars.bind_contextvars(site=str(site.id), request=request.request_id)  # type: ignore[attr-defined]
        try:
            with wall(site, "master" if site.type == "master" else "site"):
                if site.state == Site.State.SUSPENDED and not request.path.startswith(settings.OPEN_WHILE_SUSPENDED):
                    with translation.override(site.language):  # nobody has asked the visitor yet
                        return HttpResponse(render_to_string("ui/suspended.html", {}, request), status=503)
                response = self.get_response(request)
            response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
            return response
        finally:
            structlog.contextvars.unbind_contextvars("site", "request")
            set_urlconf(None)
