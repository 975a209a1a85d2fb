"""What a merchant has switched on."""

from __future__ import annotations

from django.db import models

from merchants.models import Merchant
from tenants.walls.base import WalledModel


class Switches(WalledModel):
    """A merchant without a row has delivery on: it costs nothing until it buys credits."""

    merchant = models.OneToOneField(Merchant, on_delete=models.CASCADE, related_name="+")
    delivery = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    no_credits_told_at = models.DateTimeField(null=True, blank=True)  # when its owners were told that UI is used up

    def __str__(self) -> str:
        return str(self.id)
