"""The payments page's place in the shells."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "agents.payments"
    label = "payments"

    def ready(self) -> None:
        from ui import navigation
        from ui.navigation import NavItem

        money = _("Money")
        place = NavItem(_("Payments"), "credit-card", "payments:page", verb="payments.view", order=48, group=money)
        for surface in ("office", "console"):
            navigation.register(surface, place)
