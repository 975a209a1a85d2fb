"""The same address on every host."""

from django.urls import path

from agents.payments.web.webhook import webhook

urlpatterns = [path("payments/webhook/", webhook, name="payments-webhook")]
