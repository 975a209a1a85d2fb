"""An agent's prepaid wallet: when to warn, and what was paid into it. The money itself is in the ledger."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.walls.base import PublicModel


class WalletSettings(PublicModel):
    """When an agent wants to be told that its prepaid wallet runs low. Written by the agent's own staff."""

    site_id = models.UUIDField(unique=True)
    agent_id = models.UUIDField()
    alert_level = models.BigIntegerField(null=True, blank=True)
    alert_email = models.EmailField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(alert_level__isnull=True) | models.Q(alert_level__gt=0),
                name="agents_walletsettings_level",
            )
        ]

    def __str__(self) -> str:
        return str(self.alert_level or "")


class TopUp(PublicModel):
    """Money that an agent pays the platform in advance. `amount` in minor units of `currency`.

    By Stripe it is posted when the platform's account has it; a bank transfer when the console confirmed it: one
    person, or two different ones above the limit. Whoever recorded it at the console counts as the first.
    """

    class Method(models.TextChoices):
        STRIPE = "stripe", _("Card or wallet, online")
        BANK = "bank", _("Bank transfer")

    class State(models.TextChoices):
        PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
        PENDING_CONFIRMATION = "pending_confirmation", _("Waiting for confirmation")
        COMPLETED = "completed", _("In the wallet")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Not paid in time")

    site_id = models.UUIDField()
    agent_id = models.UUIDField()
    method = models.CharField(max_length=8, choices=Method)
    state = models.CharField(max_length=24, choices=State)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=120, blank=True)
    proof = models.CharField(max_length=200, blank=True)
    session_id = models.CharField(max_length=120, blank=True)
    session_url = models.TextField(max_length=4000, blank=True)
    session_expires_at = models.DateTimeField(null=True, blank=True)
    livemode = models.BooleanField(default=False)
    payment_intent = models.CharField(max_length=120, blank=True)
    needs_person = models.BooleanField(default=False)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    created_label = models.CharField(max_length=120)
    by_console = models.BooleanField(default=False)
    confirmed_by = models.UUIDField(null=True, blank=True)
    confirmed_label = models.CharField(max_length=120, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="agents_topup_amount"),
            models.CheckConstraint(
                condition=~models.Q(state="completed") | models.Q(completed_at__isnull=False),
                name="agents_topup_completed_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["session_id"], condition=~models.Q(session_id=""), name="agents_topup_session"
            ),
        ]
        indexes = [
            # The agent's own list, and the console's, newest first.
            models.Index(fields=["site_id", "-created_at"], name="agents_topup_of_site"),
            models.Index(fields=["-created_at"], name="agents_topup_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"
