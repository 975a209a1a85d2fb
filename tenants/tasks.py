"""Tasks behind a wall, the delivery of outbox events, and the fan-out to every site."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import structlog
from celery import Task, current_app, shared_task
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from kernel import clock
from kernel.handlers import handlers_of, handles
from kernel.models import OutboxEvent
from kernel.services import outbox
from tenants.models import Site
from tenants.queries import sites
from tenants.services import provision, relay
from tenants.services import sites as site_services
from tenants.walls import wall
from tenants.walls.levels import MASTER_ID

log = structlog.get_logger("couponry.tasks")
MAX_ATTEMPTS = 8
PROVISION_QUEUE = "provision"
SITE_READY = "site.ready"


class SiteTask(Task):  # type: ignore[type-arg]
    """A task behind a wall: `delay(site_id=…, …)`, with `merchant_id=…` for level merchant. Without a site it fails."""

    typing = False  # site_id is taken off before the function sees the arguments
    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        site = sites.get_site(uuid.UUID(str(kwargs.pop("site_id"))))
        merchant_id = kwargs.pop("merchant_id", None)
        level = "merchant" if merchant_id else "master" if site.type == "master" else "site"
        merchant = uuid.UUID(str(merchant_id)) if merchant_id else None
        with structlog.contextvars.bound_contextvars(site=str(site.id), task=self.name):
            with wall(site, level, merchant=merchant):
                return self.run(*args, **kwargs)


@shared_task(base=SiteTask, name="tenants.deliver")
def deliver(event_id: str) -> None:
    """Run the handlers of one outbox event. What fails is tried again, later each time."""
    _handle(event_id)


@shared_task(name="tenants.deliver_to_owner")
def deliver_to_owner(event_id: str) -> None:
    """The same for topics that need the owner's rights, without a wall: only the provision process can do it."""
    if not settings.OWNER_PROCESS:
        raise ImproperlyConfigured("topics of the provision process came to a worker without the owner's rights")
    _handle(event_id)


def _handle(event_id: str) -> None:
    now = clock.now()
    event = OutboxEvent.objects.filter(id=event_id, done_at=None).first()
    if event is None:
        return
    try:
        for handler in handlers_of(event.topic):
            handler(event, now)
    except Exception as error:  # whatever it was, the event must not be lost: it is logged and tried again
        _try_again(event, error, now)
        return
    OutboxEvent.objects.filter(id=event.id).update(done_at=clock.now())


def _try_again(event: OutboxEvent, error: Exception, now: dt.datetime) -> None:
    attempts = event.attempts + 1
    log.error("event failed", exc_info=error, topic=event.topic, event_id=str(event.id), attempts=attempts)
    over = attempts >= MAX_ATTEMPTS
    OutboxEvent.objects.filter(id=event.id).update(
        attempts=attempts,
        error=f"{type(error).__name__}"[:300],
        due_at=now + dt.timedelta(seconds=2**attempts),
        relayed_at=event.relayed_at if over else None,
        done_at=now if over else None,
    )


@handles(site_services.TOPIC)
def make_site(event: OutboxEvent, now: dt.datetime) -> None:
    """Make what the console ordered, and tell the site's own workers that it is there."""
    site = Site.objects.get(id=event.payload["site_id_to_make"])
    provision.create_site(site_id=site.id, kind=site.kind, name=site.name, domain="", now=now)
    if not OutboxEvent.objects.filter(topic=SITE_READY, site_id=site.id).exists():
        outbox.emit(SITE_READY, site_id=site.id, now=now)


def send(event: OutboxEvent, queue: str) -> None:
    """Give one event to Celery."""
    if queue == PROVISION_QUEUE:
        deliver_to_owner.apply_async(kwargs={"event_id": str(event.id)}, queue=queue)
        return
    deliver.apply_async(kwargs={"site_id": str(event.site_id), "event_id": str(event.id)}, queue=queue)


@shared_task(name="tenants.every_site")
def every_site(task: str, *, with_master: bool = False) -> None:
    """Start `task` once for each ready site; beat knows nothing of sites."""
    for site in sites.list_sites():
        current_app.send_task(task, kwargs={"site_id": str(site.id)})
    if with_master:
        current_app.send_task(task, kwargs={"site_id": MASTER_ID})


@shared_task(name="tenants.requeue_lost")
def requeue_lost() -> None:
    """Hand over again what nobody finished."""
    lost = relay.requeue_lost(now=clock.now())
    if lost:
        log.warning("events lost and handed over again", count=lost)


@shared_task(name="tenants.forget_events")
def forget_events() -> None:
    """Remove events that were done long ago."""
    while relay.forget_done(now=clock.now()):
        pass


@shared_task(base=SiteTask, name="tenants.sweep_jobs")
def sweep_jobs() -> None:
    """Start jobs again whose worker died."""
    from kernel.services import jobs

    with transaction.atomic():
        for job in jobs.list_abandoned(now=clock.now()):
            log.warning("job abandoned, started again", job_id=str(job.id), kind=job.kind)
            jobs.restart(job, now=clock.now())
