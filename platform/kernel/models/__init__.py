"""What every room shares in `public`: the outbox and the jobs."""

from kernel.models.job import Job
from kernel.models.outbox import OutboxEvent

__all__ = ["Job", "OutboxEvent"]
