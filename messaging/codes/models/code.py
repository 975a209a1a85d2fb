"""A code that proves a phone on the browser that asked for it."""

from __future__ import annotations

from django.db import models

from merchants.models import Customer
from tenants.walls.base import WalledModel


class PhoneCode(WalledModel):
    """A number that nobody has here gets a row as well, without a customer: asking tells nothing about a number.

    `secret_sealed` is what the message says, and is removed when the message is queued; `digits_hash` is what is
    compared. `device_hash` is the browser: a code counts only where it was asked for.
    """

    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    merchant_id = models.UUIDField(null=True, blank=True)  # whose page asked, and who pays
    device_hash = models.CharField(max_length=64)
    digits_hash = models.BinaryField(max_length=32)
    secret_sealed = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The newest code of a browser.
            models.Index(fields=["device_hash", "-created_at"], name="codes_phonecode_device"),
            # What the hourly clearing removes.
            models.Index(fields=["expires_at"], name="codes_phonecode_ends"),
        ]

    def __str__(self) -> str:
        return str(self.id)
