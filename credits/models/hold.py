"""A hold: credits of a wallet that are promised to something under way. No ledger entry: nothing has moved yet."""

from __future__ import annotations

from django.db import models

from credits.models.account import Account
from tenants.walls.base import PublicModel


class Hold(PublicModel):
    """`id` is the caller's key (a message). The row is there for as long as the hold is; only the bank writes it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    site_id = models.UUIDField()
    merchant_id = models.UUIDField()
    amount = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="credits_hold_holds_something"),
        ]

    def __str__(self) -> str:
        return f"hold of {self.amount}"
