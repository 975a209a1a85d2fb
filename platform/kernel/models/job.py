"""A long piece of work that a person waits for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7


class Job(models.Model):
    """State and progress of long work. `kind` names the task, `params` holds ids for it.

    `done` and `total` are in the unit of the work (rows, pages). `result` is a URL path or a stored file's name.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site_id = models.UUIDField()
    merchant_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    title = models.CharField(max_length=160)
    object_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=80, blank=True)
    result = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=300, blank=True)
    actor_id = models.UUIDField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The bell and the list of jobs: a merchant's newest.
            models.Index(fields=["site_id", "merchant_id", "-created_at"], name="kernel_job_owner_newest"),
            # The sweep for jobs whose worker died.
            models.Index(fields=["heartbeat_at"], condition=models.Q(state="running"), name="kernel_job_running"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def percent(self) -> int:
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0
