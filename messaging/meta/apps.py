"""The wing's app: its place in the console, the words of its states, and what it answers."""

from __future__ import annotations

from django.apps import AppConfig


class MetaConfig(AppConfig):
    name = "messaging.meta"
    label = "meta"

    def ready(self) -> None:
        from messaging.meta import tasks

        # Loading it registers what answers this wing's events.
        assert tasks.LATE
