"""The wing's app: its payments, its places in the shell, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "agents.purchases"
    label = "purchases"

    def ready(self) -> None:
        from agents.payments import settling as payments
        from agents.purchases import tasks
        from agents.purchases.services import reversing, settling
        from agents.services import topups

        payments.register("purchase", settle=settling.settle, changed=reversing.changed)
        payments.register("topup", settle=topups.settle, changed=topups.changed)
        # Loading it registers what answers this wing's events.
        assert tasks.JOB
