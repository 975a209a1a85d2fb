from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        from ui import states

        # What a customer calls the states of a coupon; staff see those of kind "coupon".
        states.register(
            "customer_coupon",
            {
                "available": states.State(_("Free"), "info", "ticket"),
                "held": states.State(_("Being given out"), "neutral"),
                "taken": states.State(_("Ready to use"), "good", "ticket-check"),
                "redeemed": states.State(_("Used"), "neutral", "check-check"),
                "expired": states.State(_("Run out"), "neutral", "ticket-x"),
                "lapsed": states.State(_("Run out"), "neutral", "ticket-x"),
                "void": states.State(_("Withdrawn"), "bad", "ban"),
            },
        )
