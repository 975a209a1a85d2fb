from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Only for its management commands."""

    name = "config"
