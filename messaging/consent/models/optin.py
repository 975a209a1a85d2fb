"""What a customer agreed to, per merchant: what holds now, and how it came to that."""

from __future__ import annotations

from django.db import models

from messaging.consent.choices import Source, State
from tenants.walls.base import WalledModel


class OptIn(WalledModel):
    """What holds now. `text_version` and `language` are those of the text that was agreed to last.

    `country` is that of the customer's number, as two letters ("" where it is of none); None: not looked at yet.
    """

    merchant = models.ForeignKey("merchants.Merchant", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("merchants.Customer", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State)
    text_version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    source = models.CharField(max_length=10, choices=Source)
    at = models.DateTimeField()
    country = models.CharField(max_length=2, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "customer"], name="consent_optin_once")]
        indexes = [
            # The merchant's register, newest first.
            models.Index(fields=["merchant", "-at"], name="consent_optin_newest"),
            # Whose country is not known yet.
            models.Index(
                fields=["merchant"], condition=models.Q(country__isnull=True, state="given"),
                name="consent_optin_country_unknown",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)  # never the customer: this reaches the audit trail


class OptInEvent(WalledModel):
    """One change, with the words as they stood on the screen. Append-only."""

    merchant = models.ForeignKey("merchants.Merchant", on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("merchants.Customer", on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State)
    text_version = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=5, blank=True)
    wording = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=Source)
    at = models.DateTimeField()
    actor_label = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            # The history of one customer with one merchant.
            models.Index(fields=["merchant", "customer", "at"], name="consent_optinevent_history"),
        ]
