"""Mounted at `merchant/consent/` on every site."""

from django.urls import path

from messaging.consent.web import register

app_name = "consent"
urlpatterns = [
    path("", register.RegisterView.as_view(), name="register"),
    path("<uuid:optin_id>/", register.HistoryView.as_view(), name="history"),
    path("<uuid:optin_id>/withdraw/", register.WithdrawView.as_view(), name="withdraw"),
]
