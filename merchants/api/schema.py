"""The OpenAPI document and its page, for everybody; no asset of another host, nothing inline."""

from __future__ import annotations

from typing import Any

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.permissions import PUBLIC


class SchemaView(SpectacularAPIView):
    verb = PUBLIC

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        initkwargs.setdefault("patterns", [path("api/v1/", include("merchants.api.urls"))])
        return super().as_view(**initkwargs)


class DocsView(SpectacularSwaggerSplitView):
    verb = PUBLIC
    url_name = "api-schema"
    template_name = "merchants/api/docs.html"
    title = "API"
