"""One thing that Stripe told us."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.walls.base import WalledModel


class PaymentEvent(WalledModel):
    """Ids and types only: what happened is read from Stripe again when it is handled."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        IGNORED = "ignored", _("Not ours")

    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)  # the session, or the payment intent
    livemode = models.BooleanField()
    created_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True)
    tried_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # The sweep: what still waits.
            models.Index(fields=["received_at"], condition=models.Q(state="waiting"), name="payments_event_waiting"),
            # The list of the payments page.
            models.Index(fields=["-received_at", "-id"], name="payments_event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
