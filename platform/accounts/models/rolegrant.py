"""A staff role of a person. Several may be held."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.roles import StaffRole
from tenants.walls.base import WalledModel


class RoleGrant(WalledModel):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=StaffRole)
    granted_at = models.DateTimeField()
    granted_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="accounts_rolegrant_once")]

    def __str__(self) -> str:
        return self.role
