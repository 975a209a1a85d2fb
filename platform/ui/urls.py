"""Routed at `ui/` on every host."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from ui.web import views

app_name = "ui"
urlpatterns = [
    path("language/", views.language, name="language"),
]
if settings.DEBUG or getattr(settings, "DEMO", False):
    from ui.web import styleguide

    urlpatterns += [
        path("guide/", styleguide.guide, name="styleguide"),
        path("guide/list/", styleguide.GuideList.as_view(), name="styleguide-list"),
        path("guide/<slug:page>/", styleguide.page, name="styleguide-page"),
    ]
