from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "messaging.codes"
    label = "codes"
