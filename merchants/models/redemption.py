"""Redemptions, and every scan with the answer it got."""

from __future__ import annotations

from django.db import models

from merchants.models.batch import Batch
from merchants.models.branch import Branch
from merchants.models.coupon import Coupon
from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class Redemption(WalledModel):
    """A coupon used up in a store. Undone at most once; a coupon has at most one redemption that stands."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    coupon = models.ForeignKey(Coupon, on_delete=models.CASCADE, related_name="redemptions")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="+")
    branch = models.ForeignKey(Branch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    device_id = models.UUIDField(null=True, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.UUIDField(null=True, blank=True)
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coupon"], condition=models.Q(undone_at=None), name="merchants_redemption_stands_once"
            )
        ]
        indexes = [
            # The redemption log, newest first.
            models.Index(fields=["merchant", "-at"], name="merchants_redemption_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Scan(WalledModel):
    """One look at a serial by staff. The same nonce gets the first answer again, whatever happened since."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    nonce = models.UUIDField()
    coupon_id = models.UUIDField(null=True, blank=True)
    redemption_id = models.UUIDField(null=True, blank=True)
    branch_id = models.UUIDField(null=True, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20)
    answer = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "nonce"], name="merchants_scan_nonce")]
        indexes = [models.Index(fields=["merchant", "-at"], name="merchants_scan_newest")]
