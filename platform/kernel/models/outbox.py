"""The outbox: what must happen outside, written in the transaction that decided it."""

from __future__ import annotations

from django.db import models

from kernel.ids import uuid7


class OutboxEvent(models.Model):
    """One event. `payload` holds ids only, never phones or texts. The relay hands it to Celery and marks it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site_id = models.UUIDField()
    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    relayed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            # The relay: what is due and not handed over yet.
            models.Index(fields=["due_at"], condition=models.Q(relayed_at=None), name="kernel_outbox_due"),
            # The relay's second look: handed over, not done (a worker or the broker lost it).
            models.Index(fields=["relayed_at"], condition=models.Q(done_at=None), name="kernel_outbox_not_done"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"
