from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "messaging.consent"
    label = "consent"
