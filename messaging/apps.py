"""The room's app: what answers its events, its places in the shell, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from agents.statements import registry
        from agents.statements.choices import Level
        from merchants import beside, notices
        from messaging import sections, tasks
        from messaging.web import unpaid
        from messaging.web.beside import COUPONS, CUSTOMER

        _show()
        beside.register(COUPONS)
        beside.register_card(CUSTOMER)
        notices.register(unpaid.notices)
        registry.register(Level.MERCHANT, 25, sections.of_merchants)
        registry.register(Level.PLATFORM, 15, sections.of_platform)
        # Loading it registers what answers this room's events.
        assert tasks.TAKEN


def _show() -> None:
    """Places in the shell, and what states look like."""
    from messaging.choices import State as Stage
    from ui import navigation, states
    from ui.navigation import NavItem
    from ui.states import State

    group = _("WhatsApp")
    navigation.register(
        "merchant",
        NavItem(_("WhatsApp"), "message-circle", "messages:whatsapp", "message.view", 26, group, "h"),
        NavItem(_("Messages"), "list", "messages:list", "message.view", 27, group),
    )
    navigation.register(
        "office", NavItem(_("Messages"), "message-circle", "site-messages:list", "message.view", 26)
    )
    states.register(
        "message",
        {
            Stage.QUEUED: State(Stage.QUEUED.label, "info", "clock"),
            Stage.SENDING: State(Stage.SENDING.label, "info", "loader"),
            Stage.UNKNOWN: State(Stage.UNKNOWN.label, "warning", "circle-help"),
            Stage.ACCEPTED: State(Stage.ACCEPTED.label, "info", "check"),
            Stage.SENT: State(Stage.SENT.label, "info", "send"),
            Stage.DELIVERED: State(Stage.DELIVERED.label, "good", "check-check"),
            Stage.READ: State(Stage.READ.label, "good", "eye"),
            Stage.FAILED: State(Stage.FAILED.label, "bad", "x"),
            Stage.CANCELLED: State(Stage.CANCELLED.label, "neutral", "ban"),
        },
    )
