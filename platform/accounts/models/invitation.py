"""An invitation by e-mail link."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import WalledModel


class Invitation(WalledModel):
    """Lets whoever holds the link make an account with the roles named here, once, until it expires."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    roles = models.JSONField(default=list)
    merchant_id = models.UUIDField(null=True, blank=True)
    merchant_role = models.CharField(max_length=10, blank=True)
    branch_id = models.UUIDField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.email
