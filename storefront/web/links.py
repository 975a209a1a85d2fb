"""Addresses of pages as search engines and codes should know them: on the site's own primary domain."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from storefront.web.where import site_of
from tenants.queries import sites

CACHED_FOR = 60


def base(request: HttpRequest) -> str:
    """`https://host` of the site's primary domain."""
    found = cache.get("storefront.base")
    if found is None:
        found = sites.base_url(site_of(request))
        cache.set("storefront.base", found, CACHED_FOR)
    return str(found)


def coupon_code(request: HttpRequest, serial: str) -> str:
    """What a coupon's QR code holds: its short address, in upper case."""
    return (base(request) + reverse("storefront:coupon-short", args=[serial])).upper()


def canonical(request: HttpRequest, **query: str) -> str:
    """This page's one address: its own language's where the address named one, and only the query that matters."""
    asked = request.GET.get("lang", "")
    if asked in dict(settings.LANGUAGES):
        query["lang"] = asked
    return f"{base(request)}{request.path}{'?' + urlencode(query) if query else ''}"


def alternates(request: HttpRequest, **query: str) -> list[tuple[str, str]]:
    """(hreflang, address) of this page in each language, and without choice."""
    here = f"{base(request)}{request.path}"
    found = [(code, f"{here}?{urlencode({**query, 'lang': code})}") for code, _name in settings.LANGUAGES]
    return [*found, ("x-default", f"{here}?{urlencode(query)}" if query else here)]
