"""Sign-in, second factor, sessions and one's own account, on every host."""

from django.urls import include, path

urlpatterns = [
    path("", include("allauth.urls")),
]
