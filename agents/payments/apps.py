from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "agents.payments"
    label = "payments"
