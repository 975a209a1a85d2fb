"""The relay process: outbox to Celery, for ever."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError

from kernel import clock
from tenants import tasks
from tenants.services import relay

log = structlog.get_logger("couponry.relay")


class Command(BaseCommand):
    help = "Hands due outbox events to Celery until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="drain what is due and stop")
        parser.add_argument("--pause", type=float, default=0.2, help="seconds to wait when there was nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                handed = relay.drain(now=clock.now(), send=tasks.send)
            except Exception as error:  # database or broker away: say so, wait, go on
                if not isinstance(error, OperationalError | OSError) and type(error).__module__.split(".")[0] not in {
                    "kombu", "redis", "psycopg", "psycopg_pool",
                }:  # fmt: skip
                    raise
                log.warning("relay waits", reason=type(error).__name__)
                stop.wait(2)
                continue
            if options["once"]:
                return
            if not handed:
                stop.wait(options["pause"])
