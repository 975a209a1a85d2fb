"""The room's app: what answers its events, its places in the shell, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from messaging import tasks

        # Loading it registers what answers this room's events.
        assert tasks.TAKEN
