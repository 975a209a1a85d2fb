"""The next free moment of a sender number, for the times when Valkey cannot say."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import WalledModel


class Pace(WalledModel):
    """One row per number. Whoever sends moves `next_at` on by one step and sends at the moment it stood at."""

    number = models.CharField(max_length=40, unique=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
