"""Long work of a merchant: for the job page, the bell, and the files of a batch."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath

from kernel.errors import NotFound
from kernel.models import Job

EXPORT, GENERATE = "batch.export", "batch.generate"


def list_newest(*, site_id: uuid.UUID, merchant_id: uuid.UUID, limit: int = 8) -> list[Job]:
    """The merchant's newest jobs, for the bell."""
    return list(Job.objects.filter(site_id=site_id, merchant_id=merchant_id).order_by("-created_at")[:limit])


def list_of_object(object_id: uuid.UUID, *, limit: int = 10) -> list[Job]:
    """The newest files made of a batch."""
    return list(Job.objects.filter(object_id=object_id, kind=EXPORT).order_by("-created_at")[:limit])


def get_job(job_id: uuid.UUID) -> Job:
    """One job of the merchant. Raises NotFound."""
    found = Job.objects.filter(id=job_id).first()
    if found is None:
        raise NotFound("")
    return found


def file_name(job: Job) -> str:
    """The name of the file that a finished export is downloaded as."""
    return PurePosixPath(job.result).name if job.kind == EXPORT else ""
