"""The wing's app: its place in the console, the looks of its states, and what it answers."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MetaConfig(AppConfig):
    name = "messaging.meta"
    label = "meta"

    def ready(self) -> None:
        from messaging.meta import tasks
        from messaging.meta.web.shown import register_states
        from ui import navigation
        from ui.navigation import NavItem

        place = NavItem(
            _("WhatsApp"), "message-circle", "meta:account", verb="meta.view", order=40, group=_("Platform"), key="w"
        )
        navigation.register("console", place)
        navigation.register_command(
            "console", NavItem(_("Connect a WhatsApp number"), "plus", "meta:sender-connect", verb="meta.manage")
        )
        register_states()
        # Loading it registers what answers this wing's events.
        assert tasks.LATE
