"""A merchant's own coupon image with the places of serial, QR and text."""

from __future__ import annotations

from django.db import models

from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class CouponTemplate(WalledModel):
    """`image` is the re-encoded upload; `layout` the JSON of merchants.paper.layout, in millimetres."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(max_length=80)
    image = models.CharField(max_length=200)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    layout = models.JSONField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The picker of the batch form: a merchant's own, newest first.
            models.Index(
                fields=["merchant", "-created_at"],
                condition=models.Q(archived_at=None),
                name="merchants_template_own",
            )
        ]

    def __str__(self) -> str:
        return self.name
