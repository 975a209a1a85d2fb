"""Stores of a merchant and the devices paired with them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class Branch(WalledModel):
    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="branches")
    name = models.CharField(max_length=80)
    name_ar = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=40)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="merchants_branch_name")]

    def __str__(self) -> str:
        return self.name


class Device(WalledModel):
    """A till, tablet or bridge. Pairing: a code shown once here is typed there; the device then holds a token."""

    class Kind(models.TextChoices):
        TILL = "till", _("Till")
        TABLET = "tablet", _("Tablet or phone")
        BRIDGE = "bridge", _("Printer bridge")

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="devices")
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TABLET)
    pairing_hash = models.CharField(max_length=64, blank=True)
    pairing_expires_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    paired_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            # Typing the pairing code on the device.
            models.Index(fields=["pairing_hash"], condition=~models.Q(pairing_hash=""), name="merchants_device_pairing")
        ]

    def __str__(self) -> str:
        return self.name
