"""What search engines ask for: robots.txt and the sitemap, per site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import public
from kernel import clock
from storefront.queries import centre
from storefront.web import links

MOST = 20_000
_HIDDEN = ("/c/", "/C/", "/my/", "/account/", "/merchant/", "/office/", "/redeem/", "/api/", "/ui/")


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _HIDDEN), "Disallow: /*/claim", "Disallow: /*?*after=",
             "", f"Sitemap: {links.base(request)}/sitemap.xml", ""]  # fmt: skip
    return _cached(HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every open offer, newest first, with its two languages."""
    rows = centre.live(clock.now()).order_by("-created_at").values_list("id", "created_at")[:MOST]
    entries = [(reverse("storefront:offer", args=[batch_id]), made) for batch_id, made in rows]
    context = {"base": links.base(request), "entries": entries}
    return _cached(render(request, "storefront/sitemap.xml", context, content_type="application/xml; charset=utf-8"))


def _cached(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
