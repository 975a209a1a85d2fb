"""Sending a code that was asked for, and forgetting old ones."""

from __future__ import annotations

import datetime as dt
import uuid

from celery import shared_task

from kernel import clock
from kernel.handlers import handles
from kernel.models import OutboxEvent
from messaging.codes.services import codes
from messaging.tasks import send_now
from tenants.tasks import SiteTask

ASKED = codes.TOPIC


@handles(ASKED)
def send_code(event: OutboxEvent, now: dt.datetime) -> None:
    if codes.send(code_id=uuid.UUID(event.payload["code_id"]), now=now):
        send_now()


@shared_task(base=SiteTask, name="codes.forget")
def forget() -> None:
    """Codes nobody can use any more."""
    codes.forget(now=clock.now())
