"""A transfer: one movement, under the caller's key."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import PublicModel


class Transfer(PublicModel):
    """Append-only. `id` is the caller's idempotency key; `request_hash` tells a repetition from another request.

    Level merchant may read every column but `request_hash`: name the columns (`statements` does), or defer it.
    """

    site_id = models.UUIDField()
    merchant_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    request_hash = models.BinaryField(max_length=32)
    related_type = models.CharField(max_length=20, blank=True)
    related_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__regex=r"^[a-z]+([._][a-z]+)*$"), name="credits_transfer_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(related_type="", related_id__isnull=True)
                | (~models.Q(related_type="") & models.Q(related_id__isnull=False)),
                name="credits_transfer_related",
            ),
        ]
        indexes = [
            # The ledger of a site, newest first.
            models.Index(fields=["site_id", "-at"], name="credits_transfer_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
