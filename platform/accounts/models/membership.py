"""A person's place in a merchant."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.roles import MerchantRole
from tenants.walls.base import WalledModel


class Membership(WalledModel):
    """Owner, manager or cashier of one merchant.

    `branch_id` narrows a cashier to a branch; `username` and `pin` (hashed) let a cashier in on a device paired with
    that branch. The merchant's and the branch's keys are added by the merchants room, which owns those tables.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    merchant_id = models.UUIDField()
    role = models.CharField(max_length=10, choices=MerchantRole)
    branch_id = models.UUIDField(null=True, blank=True)
    username = models.CharField(max_length=40, blank=True)
    pin = models.CharField(max_length=128, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "user"], name="accounts_membership_once"),
            models.UniqueConstraint(
                fields=["merchant_id", "username"],
                condition=~models.Q(username=""),
                name="accounts_membership_username",
            ),
        ]

    def __str__(self) -> str:
        return self.role
