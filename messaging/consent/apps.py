"""The wing's app: its place in the merchant area, and the words of its states."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "messaging.consent"
    label = "consent"

    def ready(self) -> None:
        from messaging.consent.choices import State as Consent
        from messaging.consent.queries.register import STOPPED
        from ui import navigation, states
        from ui.navigation import NavItem
        from ui.states import State

        navigation.register(
            "merchant",
            NavItem(_("Consent"), "message-square-heart", "consent:register", "consent.view", 39, _("WhatsApp")),
        )
        states.register(
            "consent",
            {
                Consent.GIVEN: State(Consent.GIVEN.label, "good"),
                Consent.WITHDRAWN: State(Consent.WITHDRAWN.label, "neutral", "message-square-off"),
                STOPPED: State(_("Stopped by the customer"), "warning", "message-square-off"),
            },
        )
