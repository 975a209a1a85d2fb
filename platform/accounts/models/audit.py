"""The audit trail: who did what to which thing, from what to what, when, under which request."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import WalledModel


class AuditEvent(WalledModel):
    """Append-only. `before` and `after` hold changed values only, and never a secret or a customer's data."""

    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_label = models.CharField(max_length=120)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    object_label = models.CharField(max_length=160, blank=True)
    merchant_id = models.UUIDField(null=True, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            # History of one object, newest first.
            models.Index(fields=["object_id", "-at"], name="accounts_audit_object"),
            # A merchant's trail, newest first.
            models.Index(fields=["merchant_id", "-at"], name="accounts_audit_merchant"),
            models.Index(fields=["-at"], name="accounts_audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"
