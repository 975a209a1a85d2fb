"""Who wrote to the site's number: for a day after, an answer may be free-form (the customer-service window)."""

from __future__ import annotations

import datetime as dt

from django.db import models

from tenants.walls.base import WalledModel

WINDOW = dt.timedelta(hours=24)


class Contact(WalledModel):
    """One number's window, by the keyed index that customers have too. It is gone soon after the window."""

    phone_index = models.BinaryField(max_length=32, unique=True)
    last_in_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
