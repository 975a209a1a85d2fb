"""URLs of the console."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("accounts.urls")),
]
