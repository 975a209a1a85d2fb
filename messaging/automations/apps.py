"""The wing's app: what answers its events."""

from __future__ import annotations

from django.apps import AppConfig


class AutomationsConfig(AppConfig):
    name = "messaging.automations"
    label = "automations"

    def ready(self) -> None:
        from messaging.automations import tasks

        # Loading it registers what answers this wing's events.
        assert tasks.JOB
