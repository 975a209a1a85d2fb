"""The site of a request, typed: django-stubs thinks of another framework's sites."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from tenants.models import Site


def site_of(request: HttpRequest) -> Site:
    return cast("Site", request.site)
