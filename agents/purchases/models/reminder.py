"""Which reminders of a plan's end were sent."""

from __future__ import annotations

from django.db import models

from merchants.models import Merchant
from tenants.walls.base import WalledModel


class PlanReminder(WalledModel):
    """One reminder, `days` before `active_until`: its row is written with the event that sends the mail."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="plan_reminders")
    active_until = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "active_until", "days"], name="purchases_planreminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.days} days before {self.active_until:%Y-%m-%d}"
