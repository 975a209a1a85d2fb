"""Which files of the apps are served. A module of its own: Django wants one AppConfig in an app's `apps`."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Without the files of libraries of which we show no page: they are most of what would be hashed and compressed."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "rest_framework", "django_htmx", "guardian"]
