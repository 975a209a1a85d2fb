"""Merchants register themselves here."""

from django.urls import path

from agents.web import register

app_name = "join"
urlpatterns = [
    path("", register.Join.as_view(), name="start"),
    path("sent/", register.Sent.as_view(), name="sent"),
    path("<str:token>/", register.Confirm.as_view(), name="confirm"),
]
