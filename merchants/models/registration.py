"""A merchant that wants in, until its address is proved."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import WalledModel


class Registration(WalledModel):
    """What somebody typed to register a merchant. `details` is sealed; the row goes when it is used or too old."""

    details = models.TextField()
    language = models.CharField(max_length=5)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            # What the hourly clearing removes.
            models.Index(fields=["expires_at"], name="merchants_registration_ends"),
        ]

    def __str__(self) -> str:
        return str(self.id)
