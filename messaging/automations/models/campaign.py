"""One message to many at a chosen time."""

from __future__ import annotations

from django.db import models

from messaging.automations.choices import CampaignState, PauseReason
from messaging.automations.segments import Segment
from messaging.meta.choices import Purpose
from tenants.walls.base import WalledModel


class Campaign(WalledModel):
    """`segment` is what `segments.Segment` writes. `total`: recipients when it began; `opened`: messages queued;
    `left_out`: how many of the segment were left out when it began, by reason (`Outcome`).

    `counted` of them were queued on `counted_on`, the merchant's local day: never more than `daily_cap`.
    """

    merchant = models.ForeignKey("merchants.Merchant", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    segment = models.JSONField(default=dict, blank=True)
    batch = models.ForeignKey("merchants.Batch", on_delete=models.PROTECT, related_name="+")
    scheduled_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=CampaignState, default=CampaignState.DRAFT)
    pause_reason = models.CharField(max_length=10, choices=PauseReason, blank=True, default=PauseReason.NONE)
    # Why the merchant was last told by mail that it is paused.
    told_reason = models.CharField(max_length=10, choices=PauseReason, blank=True, default=PauseReason.NONE)
    told_at = models.DateTimeField(null=True, blank=True)
    # Which of WhatsApp's texts it sends; "": the first of its kind.
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True, default="")
    daily_cap = models.PositiveIntegerField(default=2000)
    quiet_from = models.PositiveSmallIntegerField(default=21)
    quiet_to = models.PositiveSmallIntegerField(default=9)
    total = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict, blank=True)
    counted_on = models.DateField(null=True, blank=True)
    counted = models.PositiveIntegerField(default=0)
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)  # when nobody was left to write to
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "cancelled"]) | models.Q(scheduled_at__isnull=False),
                name="automations_campaign_scheduled_at",
            ),
            models.CheckConstraint(
                condition=models.Q(state="paused") ^ models.Q(pause_reason=""), name="automations_campaign_pause_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from__lte=23, quiet_to__lte=23, daily_cap__gte=1),
                name="automations_campaign_hours_and_cap",
            ),
        ]
        indexes = [
            # The merchant's list, newest first.
            models.Index(fields=["merchant", "-created_at"], name="automations_campaign_newest"),
            # The run: what is to begin, or goes on.
            models.Index(
                fields=["scheduled_at"], condition=models.Q(state__in=["scheduled", "running"]),
                name="automations_campaign_due",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def wanted(self) -> Segment:
        """The segment. Raises BadSegment for a row that was written by hand."""
        return Segment.parse(self.segment)
