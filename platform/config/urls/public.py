"""No page lives outside a site."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
