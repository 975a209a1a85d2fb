"""The keys of one schema's Stripe account."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.walls.base import WalledModel


class PaymentSettings(WalledModel):
    """At most one row a schema. Secrets are sealed; of the secret key the last four characters may be shown."""

    class Mode(models.TextChoices):
        TEST = "test", _("Test mode")
        LIVE = "live", _("Live")

    only = models.BooleanField(default=True, unique=True, editable=False)
    publishable_key = models.CharField(max_length=255, blank=True)
    secret_sealed = models.TextField()
    secret_last4 = models.CharField(max_length=4)
    webhook_secret_sealed = models.TextField(blank=True)
    endpoint_id = models.CharField(max_length=255, blank=True)  # of the endpoint that we made; empty: made by hand
    webhook_problem = models.CharField(max_length=40, blank=True)  # why there is none
    mode = models.CharField(max_length=4, choices=Mode.choices)
    account_id = models.CharField(max_length=255, blank=True)
    account_name = models.CharField(max_length=255, blank=True)
    checked_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="payments_paymentsettings_one_row"),
        ]

    def __str__(self) -> str:
        return f"Stripe {self.mode} …{self.secret_last4}"

    @property
    def is_live(self) -> bool:
        return self.mode == self.Mode.LIVE
