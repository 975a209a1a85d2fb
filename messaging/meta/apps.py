from django.apps import AppConfig


class MetaConfig(AppConfig):
    name = "messaging.meta"
    label = "meta"
