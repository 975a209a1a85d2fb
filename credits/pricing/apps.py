from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PricingConfig(AppConfig):
    name = "credits.pricing"
    label = "pricing"

    def ready(self) -> None:
        from ui.states import State, register

        register(
            "price",
            {
                "current": State(_("Holds now"), "good"),
                "upcoming": State(_("To come"), "info", "calendar-clock"),
                "replaced": State(_("Replaced"), "neutral", "history"),
                "withdrawn": State(_("Withdrawn"), "neutral", "circle-slash"),
            },
        )
