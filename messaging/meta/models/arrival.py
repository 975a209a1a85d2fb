"""What Meta told us, as it came."""

from __future__ import annotations

from django.db import models

from tenants.walls.base import PublicModel


class Arrival(PublicModel):
    """One site's part of one webhook request; the console's own news (templates, account) are under the console's id.

    The payload holds phones and texts: sealed under the site's id, and removed some weeks after it was handled.
    """

    site_id = models.UUIDField()
    digest = models.BinaryField(max_length=32)  # SHA-256 of the part, however it was escaped
    payload_sealed = models.TextField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            # Meta repeats itself: the same news is kept once.
            models.UniqueConstraint(fields=["site_id", "digest"], name="meta_arrival_once"),
        ]
        indexes = [
            # The sweep: what still waits.
            models.Index(
                fields=["site_id", "received_at"], condition=models.Q(handled_at__isnull=True),
                name="meta_arrival_waiting",
            ),
            # Removing what is old.
            models.Index(fields=["received_at"], name="meta_arrival_oldest"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}"
