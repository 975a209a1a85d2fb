from django.apps import AppConfig


class AutomationsConfig(AppConfig):
    name = "messaging.automations"
    label = "automations"
