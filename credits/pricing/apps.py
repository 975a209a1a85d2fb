from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "credits.pricing"
    label = "pricing"
