from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Its management commands, and the Celery application: relay and web send tasks too, and need it."""

    name = "config"

    def ready(self) -> None:
        from config.celery_app import app

        app.set_default()  # for every thread, not only the one that starts
