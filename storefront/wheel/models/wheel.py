"""A merchant's wheel, its versions, and their segments. A version is never edited: a change is a new version."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.models import Batch, Merchant
from storefront.wheel.choices import HEAVIEST, LONGEST_LABEL, MOST, Colour
from tenants.walls.base import WalledModel


class Wheel(WalledModel):
    """One per merchant. `is_on` is the merchant's switch; the version in play is the one with the highest number."""

    merchant = models.OneToOneField(Merchant, on_delete=models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    switched_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(_("Lucky draw"))


class WheelVersion(WalledModel):
    """Append-only. `always_batch` gives a coupon to everybody who spins, whatever the wheel says."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    wheel = models.ForeignKey(Wheel, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    always_batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    created_label = models.CharField(max_length=120)

    class Meta:
        # Also finds the version in play: the highest number of a wheel.
        constraints = [models.UniqueConstraint(fields=["wheel", "number"], name="wheel_wheelversion_number")]

    def __str__(self) -> str:
        return str(self.number)


class Segment(WalledModel):
    """Append-only. No batch means no prize. `per_hour`: at most so many wins of this batch within any hour."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(WheelVersion, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField()  # 1 … 12, clockwise from the top
    label_en = models.CharField(max_length=LONGEST_LABEL)
    label_ar = models.CharField(max_length=LONGEST_LABEL, blank=True)
    weight = models.PositiveIntegerField()
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    per_hour = models.PositiveIntegerField(null=True, blank=True)
    colour = models.CharField(max_length=8, choices=Colour)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="wheel_segment_position"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=MOST), name="wheel_segment_position_range"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=1, weight__lte=HEAVIEST), name="wheel_segment_weight"
            ),
            models.CheckConstraint(
                condition=models.Q(per_hour=None) | models.Q(per_hour__gte=1, batch__isnull=False),
                name="wheel_segment_per_hour",
            ),
        ]

    def __str__(self) -> str:
        return self.label_en

    def label(self, language: str) -> str:
        return (self.label_ar if language == "ar" else "") or self.label_en
