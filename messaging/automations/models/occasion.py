"""That somebody was written to for something: once, and for ever."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from messaging.automations.choices import Skipped
from messaging.automations.models.automation import Automation
from messaging.automations.models.campaign import Campaign
from tenants.walls.base import WalledModel


class Occasion(WalledModel):
    """Append-only. `key` names the occasion: a birthday of one year, the visit since which somebody stays away.

    The message has the key `occasion:<id>` and names this row.
    """

    merchant = models.ForeignKey("merchants.Merchant", on_delete=models.CASCADE, related_name="+", db_index=False)
    automation = models.ForeignKey(
        Automation, null=True, blank=True, on_delete=models.CASCADE, related_name="occasions", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.CASCADE, related_name="occasions", db_index=False
    )
    customer = models.ForeignKey("merchants.Customer", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    at = models.DateTimeField()
    skipped = models.CharField(max_length=12, choices=Skipped, blank=True, default=Skipped.NO)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(automation__isnull=True) ^ Q(campaign__isnull=True), name="automations_occasion_of_one"
            ),
            # Nobody twice for one occasion.
            models.UniqueConstraint(
                fields=["automation", "customer", "key"], condition=Q(automation__isnull=False),
                name="automations_occasion_once",
            ),
            models.UniqueConstraint(
                fields=["campaign", "customer"], condition=Q(campaign__isnull=False),
                name="automations_occasion_once_a_campaign",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)  # never whose: this reaches logs
