"""An agent company."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import PublicModel


class Agent(PublicModel):
    """An agent and the site it owns. `site_id` is set when the site was made."""

    number = models.PositiveIntegerField(unique=True)
    site_id = models.UUIDField(unique=True)
    company = models.CharField(max_length=160)
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField()
    contact_phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    note = models.TextField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return self.company
