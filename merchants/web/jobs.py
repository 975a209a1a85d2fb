"""The job page of the merchant area, its bell, and the download of what a job made."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from kernel import clock
from kernel.models import Job
from kernel.services import jobs
from merchants.queries import jobs as read
from merchants.services import exports
from merchants.web.base import ActView, actor_of, or_404, site_of
from tenants import files
from ui import jobs as page


class JobOnPage:
    """A job with the addresses and durations that the shell's job page shows."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __getattr__(self, name: str) -> Any:
        return getattr(self.job, name)

    @property
    def elapsed(self) -> dt.timedelta | None:
        if self.job.started_at is None:
            return None
        return (self.job.finished_at or clock.now()) - self.job.started_at

    @property
    def remaining(self) -> dt.timedelta | None:
        elapsed, percent = self.elapsed, self.job.percent
        return elapsed * (100 - percent) / percent if elapsed and percent >= 5 else None

    @property
    def url(self) -> str:
        return reverse("merchants:job", args=[self.job.id])

    @property
    def result_url(self) -> str:
        return reverse("merchants:job-file", args=[self.job.id]) if self.job.kind == read.EXPORT else self.job.result

    @property
    def result_label(self) -> str:
        return {read.EXPORT: _("Download the file"), read.GENERATE: _("Open the batch")}.get(self.job.kind, "")

    @property
    def can_cancel(self) -> bool:
        return not self.job.is_over

    @property
    def cancel_url(self) -> str:
        return reverse("merchants:job-cancel", args=[self.job.id])

    @property
    def retry_url(self) -> str:
        # A batch that was cancelled is over: its credits are back. Files and failed work can be tried again.
        over = self.job.kind == read.GENERATE and self.job.state == Job.State.CANCELLED
        return "" if over else reverse("merchants:job-retry", args=[self.job.id])


class JobView(View):
    verb = "job.view"

    def get(self, request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
        job = or_404(read.get_job, job_id)
        return page.status_response(
            request, JobOnPage(job), poll_url=reverse("merchants:job", args=[job.id]),
            back_url=reverse("merchants:batch", args=[job.object_id]) if job.object_id else "",
            back_label=_("The batch"),
        )  # fmt: skip


class _OnJob(ActView):
    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:job", args=[kwargs["job_id"]])


class JobCancelView(_OnJob):
    verb = "batch.manage"

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        jobs.request_cancel(read.get_job(kwargs["job_id"]), now=self.now)
        return self.back(**kwargs)


class JobRetryView(_OnJob):
    verb = "batch.manage"

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        jobs.retry(read.get_job(kwargs["job_id"]), now=self.now)
        return self.back(**kwargs)


class JobFileView(View):
    """What an export made, for the merchant's own people only."""

    verb = "coupon.export"

    def get(self, request: HttpRequest, job_id: uuid.UUID) -> FileResponse:
        job = or_404(read.get_job, job_id)
        name = read.file_name(job)
        if job.state != Job.State.DONE or not name:
            raise Http404
        try:
            handle = files.open_stored(site_of(request).id, job.result)
        except FileNotFoundError as error:
            raise Http404 from error
        response = FileResponse(
            handle, as_attachment=True, filename=name,
            content_type=exports.ENDINGS.get(PurePosixPath(name).suffix, "application/octet-stream"),
        )  # fmt: skip
        response.headers["Cache-Control"] = "private, no-store"
        return response


def bell(request: HttpRequest) -> Iterable[JobOnPage]:
    """The newest jobs of the merchant whose area this is."""
    actor = actor_of(request)
    if actor.merchant_id is None or actor.kind != "merchant":
        return []
    found = read.list_newest(site_id=site_of(request).id, merchant_id=actor.merchant_id)
    return [JobOnPage(job) for job in found]
