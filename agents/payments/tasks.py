"""Handling what Stripe told us, and asking again for what was left."""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from celery import shared_task

from agents.payments.errors import GatewayUnavailable
from agents.payments.services import connection, inbox
from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from tenants.tasks import SiteTask

log = structlog.get_logger("couponry.payments")
LATE = dt.timedelta(minutes=15)


@handles(inbox.TOPIC)
def handle_event(event: OutboxEvent, now: dt.datetime) -> None:
    """One event of the inbox of the site whose wall is open."""
    inbox.handle(uuid.UUID(event.payload["payment_event"]), now=now)


@shared_task(base=SiteTask, name="payments.retry_events")
def retry_events() -> None:
    """Events that failed more often than the outbox tries."""
    late = inbox.again(now=clock.now(), older_than=LATE)
    if late:
        log.warning("payment events handed over again", count=late)


@shared_task(base=SiteTask, name="payments.keep_endpoint")
def keep_endpoint() -> None:
    """The webhook endpoint that we made still leads to the site's main address."""
    try:
        mended = connection.keep_endpoint(now=clock.now())
    except GatewayUnavailable:
        log.warning("webhook endpoint not looked at")
        return
    if mended:
        log.warning("webhook endpoint made anew")
