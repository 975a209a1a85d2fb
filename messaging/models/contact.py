"""Who wrote to the site's number: for a day after, an answer may be free-form (the customer-service window)."""

from __future__ import annotations

import datetime as dt

from django.db import models

from tenants.walls.base import WalledModel

WINDOW = dt.timedelta(hours=24)


class Contact(WalledModel):
    """Found by the keyed index of the phone, or by Meta's id of the user where the phone is hidden."""

    phone_index = models.BinaryField(max_length=32, null=True, unique=True)
    user_id = models.CharField(max_length=140, null=True, unique=True)
    last_in_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(phone_index__isnull=False) | models.Q(user_id__isnull=False),
                name="messaging_contact_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
