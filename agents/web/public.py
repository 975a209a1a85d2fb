"""What every visitor may fetch of a site's brand: stylesheet, pictures, legal pages, and the sign that it is here."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import public
from tenants.models import Site
from tenants.services import branding
from ui.brand import brand_css as css_of

YEAR = 365 * 86400


def _site(request: HttpRequest) -> Site:
    return cast("Site", cast("Any", request).site)


@public
@require_GET
def brand_css(request: HttpRequest) -> HttpResponse:
    """The site's colours. Pages name it with the brand's version, so it may be kept for long."""
    site = _site(request)
    response = HttpResponse(css_of(site.primary_colour, site.accent_colour), content_type="text/css; charset=utf-8")
    kept = YEAR if "v" in request.GET else 60
    response.headers["Cache-Control"] = f"public, max-age={kept}"
    return response


@public
@require_GET
def brand_picture(request: HttpRequest, name: str) -> HttpResponse:
    """Logo and icon. The name changes with the content."""
    found = branding.picture(site=_site(request), name=name)
    if found is None:
        raise Http404
    response = HttpResponse(found[0], content_type=found[1])
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@public
@require_GET
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    """Terms or privacy, in the page's language or the other one."""
    site = _site(request)
    text = site.text(kind, get_language() or "en")
    if not text:
        raise Http404
    title = _("Terms of use") if kind == "terms" else _("Privacy")
    return render(request, "agents/legal_public.html", {"title": title, "text": text})


@public
@require_GET
def reach(request: HttpRequest) -> HttpResponse:
    """Says which site this host leads to: what the check of a new domain looks for."""
    return HttpResponse(_site(request).id.hex, content_type="text/plain")
