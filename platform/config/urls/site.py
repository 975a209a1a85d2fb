"""URLs of a site."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("accounts.urls")),
]
