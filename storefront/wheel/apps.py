from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WheelConfig(AppConfig):
    name = "storefront.wheel"
    label = "wheel"

    def ready(self) -> None:
        from ui import navigation, states
        from ui.navigation import NavItem
        from ui.states import State

        navigation.register(
            "merchant",
            NavItem(_("Lucky draw"), "ferris-wheel", "wheel:overview", "wheel.view", 27, _("Store"), "l"),
        )
        states.register(
            "spin",
            {
                "win": State(_("Win"), "good", "trophy"),
                "no_prize": State(_("No prize"), "neutral", "circle"),
                "nothing_left": State(_("Nothing left to win"), "warning", "circle-dashed"),
            },
        )
        states.register("wheel", {"on": State(_("Runs"), "good"), "off": State(_("Switched off"), "neutral")})
