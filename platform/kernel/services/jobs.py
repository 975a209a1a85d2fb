"""Start, advance and end long work. A job is a row first and a task second, so no broker can lose it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from kernel.models import Job
from kernel.services import outbox

ABANDONED_AFTER = dt.timedelta(minutes=2)


class Cancelled(Exception):
    """The person asked to stop; raised at the next step of the work."""


def start(
    kind: str,
    *,
    title: str,
    site_id: uuid.UUID,
    merchant_id: uuid.UUID | None,
    actor_id: uuid.UUID | None,
    now: dt.datetime,
    total: int = 0,
    object_id: uuid.UUID | None = None,
    **params: Any,
) -> Job:
    """Write the job and the event that starts it, in the caller's transaction."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title[:160], site_id=site_id, merchant_id=merchant_id, actor_id=actor_id,
            total=total, object_id=object_id, params=params, created_at=now,
        )  # fmt: skip
        outbox.emit(f"job.{kind}", site_id=site_id, now=now, job_id=str(job.id))
    return job


def begin(job: Job, *, now: dt.datetime) -> bool:
    """Take a waiting (or abandoned) job for this worker. False: somebody else has it, or it is over."""
    stale = now - ABANDONED_AFTER
    mine = Job.objects.filter(id=job.id, state=Job.State.QUEUED) | Job.objects.filter(
        id=job.id, state=Job.State.RUNNING, heartbeat_at__lt=stale
    )
    taken = mine.update(state=Job.State.RUNNING, started_at=job.started_at or now, heartbeat_at=now) == 1
    if taken:
        job.refresh_from_db()
    return taken


def advance(job: Job, *, done: int, step: str = "", now: dt.datetime) -> None:
    """Note progress. Raises Cancelled when the person asked to stop."""
    Job.objects.filter(id=job.id).update(done=done, heartbeat_at=now, **({"step": step[:80]} if step else {}))
    if Job.objects.filter(id=job.id, cancel_requested=True).exists():
        raise Cancelled(str(job.id))


def finish(job: Job, *, now: dt.datetime, result: str = "") -> None:
    Job.objects.filter(id=job.id).update(
        state=Job.State.DONE, done=job.total, result=result, finished_at=now, error="", step=""
    )


def fail(job: Job, *, error: str, now: dt.datetime) -> None:
    Job.objects.filter(id=job.id).update(state=Job.State.FAILED, error=error[:300], finished_at=now)


def cancelled(job: Job, *, now: dt.datetime) -> None:
    Job.objects.filter(id=job.id).update(state=Job.State.CANCELLED, finished_at=now)


def request_cancel(job: Job, *, now: dt.datetime) -> None:
    """Ask the worker to stop at its next step; a job that waits still is cancelled at once."""
    Job.objects.filter(id=job.id, state=Job.State.RUNNING).update(cancel_requested=True)
    Job.objects.filter(id=job.id, state=Job.State.QUEUED).update(
        state=Job.State.CANCELLED, cancel_requested=True, finished_at=now
    )


def retry(job: Job, *, now: dt.datetime) -> None:
    """Start a failed or cancelled job again; work that is resumable goes on where it stopped."""
    with transaction.atomic():
        again = Job.objects.filter(id=job.id, state__in=[Job.State.FAILED, Job.State.CANCELLED]).update(
            state=Job.State.QUEUED, cancel_requested=False, error="", finished_at=None
        )
        if again:
            outbox.emit(f"job.{job.kind}", site_id=job.site_id, now=now, job_id=str(job.id))


def list_abandoned(*, now: dt.datetime) -> list[Job]:
    """Running jobs without a sign of life for two minutes."""
    return list(Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=now - ABANDONED_AFTER))


def restart(job: Job, *, now: dt.datetime) -> None:
    """Announce an abandoned job again; `begin` lets one worker take it."""
    outbox.emit(f"job.{job.kind}", site_id=job.site_id, now=now, job_id=str(job.id))


def progress(job: Job, *, done: int, step: str, now: dt.datetime) -> None:
    """Note progress of work that runs in chunks, each an event of its own."""
    Job.objects.filter(id=job.id).update(
        state=Job.State.RUNNING, started_at=job.started_at or now, done=done, step=step[:80], heartbeat_at=now
    )
