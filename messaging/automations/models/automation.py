"""What a merchant has switched on."""

from __future__ import annotations

from django.db import models

from messaging.automations import dates
from messaging.automations.choices import Kind, PauseReason, State
from messaging.meta.choices import Purpose
from tenants.walls.base import WalledModel


class Automation(WalledModel):
    """One of each kind per merchant. Hours are of the customer's clock (`quiet`).

    `days_before` and `days_after`: around a birthday (0: on the day); before a festival. `days`: away for so long
    (recall); before a coupon ends (reminder). `festivals`: codes of `festivals.FESTIVALS`. `counted` occasions were
    opened on `counted_on`, the merchant's local day: never more than `daily_cap`. Whoever the festivals before
    `closed_until` did not reach is noted.
    """

    merchant = models.ForeignKey("merchants.Merchant", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=6, choices=State, default=State.OFF)
    pause_reason = models.CharField(max_length=10, choices=PauseReason, blank=True, default=PauseReason.NONE)
    # Why the merchant was last told by mail that it is paused.
    told_reason = models.CharField(max_length=10, choices=PauseReason, blank=True, default=PauseReason.NONE)
    told_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey("merchants.Batch", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Which of WhatsApp's texts it sends; "": the first of its kind.
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True, default="")
    daily_cap = models.PositiveIntegerField(default=200)
    quiet_from = models.PositiveSmallIntegerField(default=21)
    quiet_to = models.PositiveSmallIntegerField(default=9)
    days_before = models.PositiveSmallIntegerField(null=True, blank=True)
    days_after = models.PositiveSmallIntegerField(null=True, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    festivals = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField()
    counted_on = models.DateField(null=True, blank=True)
    counted = models.PositiveIntegerField(default=0)
    closed_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "kind"], name="automations_automation_one_of_a_kind"),
            # Everything but a reminder gives a coupon.
            models.CheckConstraint(
                condition=models.Q(state="off") | models.Q(kind="reminder") | models.Q(batch__isnull=False),
                name="automations_automation_batch",
            ),
            models.CheckConstraint(
                condition=models.Q(state="paused") ^ models.Q(pause_reason=""),
                name="automations_automation_pause_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__lte=23, quiet_to__lte=23, daily_cap__gte=1),
                name="automations_automation_hours_and_cap",
            ),
            models.CheckConstraint(
                condition=models.Q(days_before__isnull=True) | models.Q(days_before__lte=dates.FURTHEST),
                name="automations_automation_days_before",
            ),
            models.CheckConstraint(
                condition=models.Q(days_after__isnull=True) | models.Q(days_after__lte=dates.FURTHEST),
                name="automations_automation_days_after",
            ),
        ]
        indexes = [
            # The run: what is switched on.
            models.Index(fields=["merchant"], condition=~models.Q(state="off"), name="automations_automation_on"),
        ]

    def __str__(self) -> str:
        return self.kind
