"""Mounted at `whatsapp/` on the console."""

from django.urls import path

from messaging.meta.web import webhook

app_name = "meta"
urlpatterns = [
    path("webhook/", webhook.webhook, name="webhook"),
]
