from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Brings the management commands, and makes our Celery app the one that tasks are sent through in any process."""

    name = "config"

    def ready(self) -> None:
        from config import celery_app  # noqa: F401
