"""What beat starts on every site, and nothing else: each task is one call of a service."""

from __future__ import annotations

import datetime as dt
import uuid

from celery import shared_task

from accounts.actors import system
from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from merchants.services import expiry, generation, popularity, registration
from tenants.tasks import SiteTask

__all__ = [
    "expire_batches",
    "forget_idempotency",
    "forget_registrations",
    "generation",
    "lapse_coupons",
    "refresh_popularity",
]


@shared_task(base=SiteTask, name="merchants.expire_batches")
def expire_batches() -> None:
    """Settle every batch that ran out."""
    expiry.expire_due(actor=system("expiry"), now=clock.now())


@shared_task(base=SiteTask, name="merchants.lapse_coupons")
def lapse_coupons() -> None:
    """Lapse what was not used in time, chunk by chunk."""
    now = clock.now()
    while expiry.lapse(now=now):
        pass


@shared_task(base=SiteTask, name="merchants.refresh_popularity")
def refresh_popularity() -> None:
    popularity.refresh(now=clock.now())


@shared_task(base=SiteTask, name="merchants.forget_idempotency")
def forget_idempotency() -> None:
    """Answers to Idempotency-Keys are kept 24 hours."""
    from merchants.models import IdempotencyRecord

    IdempotencyRecord.objects.filter(created_at__lt=clock.now() - dt.timedelta(hours=24)).delete()


@handles(registration.TOPIC)
def send_registration(event: OutboxEvent, now: dt.datetime) -> None:
    """Write the mail that proves the address of somebody who registers."""
    registration.send(registration_id=uuid.UUID(event.payload["registration_id"]), now=now)


@shared_task(base=SiteTask, name="merchants.forget_registrations")
def forget_registrations() -> None:
    """Remove what nobody proved in time."""
    registration.forget(now=clock.now())
