"""What beat starts on every site and on the console, and the news that this wing answers."""

from __future__ import annotations

import datetime as dt
import uuid

from celery import shared_task
from django.utils.translation import gettext as _

from accounts.actors import system
from agents.statements.choices import State
from agents.statements.models import Statement
from agents.statements.services import mails, making, runs
from kernel import clock
from kernel.handlers import handles
from kernel.models import Job, OutboxEvent
from kernel.services import jobs, outbox
from tenants.tasks import SiteTask
from tenants.walls import current_site

ACTOR = system("statements")
RESULTS = {"site": "/office/statements/", "master": "/statements/"}


@shared_task(base=SiteTask, name="statements.open_due")
def open_due() -> None:
    """Whoever's month is over gets its statement. Safe to run at any time."""
    runs.open_due(actor=ACTOR, now=clock.now())


@handles(f"job.{runs.JOB}")
def go_on(event: OutboxEvent, now: dt.datetime) -> None:
    """Make the next chunk and queue the one after, so that sites take turns. Safe to run twice, or by two at once."""
    job = Job.objects.get(id=event.payload["job_id"])
    if job.is_over:
        return
    if job.cancel_requested:
        jobs.cancelled(job, now=now)
        return
    jobs.progress(job, done=job.done, step=_("Making statements"), now=now)
    taken = making.make_next(now=now)
    left = Statement.objects.filter(site_id=current_site().id, state__in=[State.QUEUED, State.MAKING]).count()
    now = clock.now()
    if not left:
        jobs.finish(job, now=now, result=RESULTS[current_site().type])
    elif taken:
        jobs.progress(job, done=max(0, job.total - left), step=_("Making statements"), now=now)
        outbox.emit(event.topic, site_id=event.site_id, now=now, job_id=str(job.id))
    # Else another worker has the rest. If it dies, the sweep of abandoned jobs starts this one again.


@handles(runs.DUE)
def open_now(event: OutboxEvent, now: dt.datetime) -> None:
    """The console asked for what is due here."""
    runs.open_due(actor=ACTOR, now=now)


@handles(making.READY)
def tell(event: OutboxEvent, now: dt.datetime) -> None:
    mails.tell(statement_id=uuid.UUID(event.payload["statement_id"]), now=now)
