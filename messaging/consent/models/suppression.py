"""Numbers of a site that are not to be written to."""

from __future__ import annotations

from django.db import models

from messaging.consent.choices import StopSource
from tenants.walls.base import WalledModel


class Suppression(WalledModel):
    """One stop of one number, from `since` until `resumed_at`; the rows of a number are its history.

    `said_at`: when it was said last, for one may say it again while it holds. The number itself is not kept:
    `phone_index` is the keyed index that customers of the site have too.
    """

    phone_index = models.BinaryField(max_length=32)
    source = models.CharField(max_length=8, choices=StopSource)
    since = models.DateTimeField()
    said_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.CharField(max_length=8, choices=StopSource, blank=True)

    class Meta:
        constraints = [
            # Is this number stopped? And: the same stop twice is one.
            models.UniqueConstraint(
                fields=["phone_index", "source"],
                condition=models.Q(resumed_at__isnull=True),
                name="consent_suppression_in_force",
            ),
        ]
