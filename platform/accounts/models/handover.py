"""A hand-over from the console that was used: the unique nonce is what makes it single."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import WalledModel


class UsedHandover(WalledModel):
    nonce = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.nonce[:8]
