"""The wing's app: what answers its events."""

from __future__ import annotations

from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "messaging.codes"
    label = "codes"

    def ready(self) -> None:
        from messaging.codes import tasks

        # Loading it registers what answers this wing's events.
        assert tasks.ASKED
