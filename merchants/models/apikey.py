"""Keys of a merchant's own systems, and the answers they got."""

from __future__ import annotations

from django.db import models

from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class ApiKey(WalledModel):
    """Shown once; only its hash is kept. `scopes` are verbs of the API such as `coupons:claim`."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class IdempotencyRecord(WalledModel):
    """The answer a key got for an Idempotency-Key, kept 24 hours. `status` 0: still being worked on."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="merchants_idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="merchants_idempotency_age")]
