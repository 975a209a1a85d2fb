from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ConfigConfig(AppConfig):
    """Brings the management commands, and makes our Celery app the one that tasks are sent through in any process."""

    name = "config"

    def ready(self) -> None:
        from config import celery_app  # noqa: F401


class StaticFiles(StaticFilesConfig):
    """Without the files of libraries of which we show no page: they are most of what would be hashed and compressed."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "rest_framework", "django_htmx", "guardian"]
