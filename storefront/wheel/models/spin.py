"""Every spin of every wheel: what was drawn, by which numbers, and what it gave."""

from __future__ import annotations

from django.db import models

from merchants.models import Batch, Coupon, Customer, Merchant
from storefront.wheel.choices import Outcome, Source
from storefront.wheel.models.wheel import Segment, WheelVersion
from tenants.walls.base import WalledModel


class Spin(WalledModel):
    """Append-only, written by `spin_wheel` alone.

    `day` is the merchant's own calendar day. `draws` lists each draw with its random number, the weights in play by
    position and what came of it: {random, weights, position, outcome}; `left_out` says why a position had weight 0.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(WheelVersion, on_delete=models.PROTECT, related_name="spins", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    coupon = models.ForeignKey(Coupon, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    always_coupon = models.ForeignKey(Coupon, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    draws = models.JSONField(default=list)
    left_out = models.JSONField(default=dict)
    source = models.CharField(max_length=5, choices=Source)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # One spin per phone, wheel version and day: also how the day's spin is found again.
            models.UniqueConstraint(fields=["version", "customer", "day"], name="wheel_spin_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="win", segment__isnull=False, batch__isnull=False, coupon__isnull=False)
                | models.Q(outcome="no_prize", segment__isnull=False, batch=None, coupon=None)
                | models.Q(outcome="nothing_left", segment=None, batch=None, coupon=None),
                name="wheel_spin_gives",
            ),
        ]
        indexes = [
            # The merchant's log, newest first.
            models.Index(fields=["merchant", "-created_at"], name="wheel_spin_newest"),
            # Pacing: the wins of a batch within the last hour.
            models.Index(
                fields=["batch", "created_at"], condition=models.Q(batch__isnull=False), name="wheel_spin_pace"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
