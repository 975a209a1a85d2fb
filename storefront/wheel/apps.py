from django.apps import AppConfig


class WheelConfig(AppConfig):
    name = "storefront.wheel"
    label = "wheel"
