"""A list as somebody wants to see it again."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import WalledModel


class SavedView(WalledModel):
    """A named state of one list, of one person. `merchant_id` names whose people they are, for the wall."""

    user_id = models.UUIDField()
    merchant_id = models.UUIDField(null=True, blank=True)
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Also the index of the only query: a person's views of one list.
            models.UniqueConstraint(fields=["user_id", "page", "name"], name="ui_savedview_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
