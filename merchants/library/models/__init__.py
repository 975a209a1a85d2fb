"""A template of the platform, selectable by every merchant of every site."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import PublicModel


class LibraryTemplate(PublicModel):
    """An image with default places for serial, QR and text. `layout` is merchants.paper.layout's JSON, in mm."""

    name_en = models.CharField(max_length=80)
    name_ar = models.CharField(max_length=80)
    category = models.CharField(max_length=40, blank=True)
    image = models.CharField(max_length=200)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    layout = models.JSONField()
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [
            # The picker: enabled ones of a category, newest first.
            models.Index(fields=["category", "-created_at"], condition=models.Q(enabled=True), name="library_enabled")
        ]

    def __str__(self) -> str:
        return self.name_en
