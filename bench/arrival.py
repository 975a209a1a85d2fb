"""A coupon by WhatsApp as its customer waits for it: seconds from pressing *claim* to the picture on the phone.

The whole way over real processes: a claim over HTTP, the outbox, the relay, a worker, the drawing, the upload, the post
to the stand-in of WhatsApp, which answers at once. The first coupon of a batch also waits for the batch's page to be
laid out, which otherwise happens when the batch is made; the second finds it there. A batch of which nothing is counted
warms the processes up. The figure is the slowest of all batches.

Then the same while a campaign with pictures goes out from the same number by the same two workers: whoever asked for
something goes first, and no campaign may take every worker.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import servers

ROOT = Path(__file__).resolve().parent.parent
BATCHES, MOST_SECONDS = 5, 60.0
CAMPAIGN = 1_500  # people
WORKER = ["-m", "celery", "-A", "config.celery_app", "--quiet", "worker", "-c", "2", "-Q", "celery", "-n", "arrival@%h",
          "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip


def run() -> list[dict[str, Any]]:
    with servers.database() as database, ExitStack() as stack:
        from tests.live import LiveServer
        from tests.standins import WhatsAppStandIn

        standin = WhatsAppStandIn()
        stack.callback(standin.stop)
        phone = _furnished(standin)
        web = stack.enter_context(LiveServer(database.url))
        for command in (["manage.py", "relay"], WORKER):
            stack.enter_context(_process(command, database.url, standin.url))
        batches = [_batch(phone) for _ in range(BATCHES + 1)]
        times = [(_seconds(web, standin, batch, 2 * place), _seconds(web, standin, batch, 2 * place + 1))
                 for place, batch in enumerate(batches)][1:]  # fmt: skip
        _send_campaign(phone)
        beside = [_seconds(web, standin, batch, 100 + place) for place, batch in enumerate(batches)]
        left = _left(phone)
        assert left > 100, f"only {left} of the campaign were left: it was no load"
    first, second = (max(column) for column in zip(*times, strict=True))
    return [
        _row("first coupon of a batch", first),
        _row("second coupon of a batch", second),
        _row(f"beside a campaign to {CAMPAIGN:,}", max(beside)),
    ]


def _row(which: str, seconds: float) -> dict[str, Any]:
    return {
        "name": f"claim to picture on the phone, {which}, slowest of {BATCHES}", "ours": seconds,
        "baseline": None, "unit": "s", "aim": "under 2 s", "ok": seconds < 2,
    }  # fmt: skip


def _send_campaign(phone: Any) -> None:
    """Queue it, and wait until it is under way."""
    from kernel import clock
    from messaging.choices import Trigger
    from messaging.models import Message
    from messaging.services import queue

    batch = _batch(phone, CAMPAIGN)
    with phone.at_site():
        for number in range(CAMPAIGN):
            customer = phone.customer(phone=f"+96651{number:07d}")
            phone.queued(Trigger.CAMPAIGN, customer_id=customer.id, batch_id=batch.id, now=clock.now(), wake=False)
        queue.wake(now=clock.now())
        while not Message.objects.filter(trigger=Trigger.CAMPAIGN, state="accepted").exists():
            time.sleep(0.1)


def _left(phone: Any) -> int:
    from messaging.models import Message

    with phone.at_site():
        return Message.objects.filter(state="queued").count()


def _furnished(standin: Any) -> Any:
    """A merchant with credits on a site with a number and its texts, here and at the stand-in."""
    from django.conf import settings

    from tests import cluster
    from tests.messaging.cast import connect, open_phone

    settings.WHATSAPP_API_BASE = standin.url
    site = cluster.site("ada")
    connect(site)
    standin.connect()
    standin.add_site(site)
    return open_phone(site, wa_ui=100, wa_bi=CAMPAIGN)


def _batch(phone: Any, quantity: int = 5) -> Any:
    from kernel import clock
    from tests.factories import DAY

    now = clock.now()
    with phone.at_site():
        return phone.batch(quantity, starts_at=now - DAY, claim_until=now + 30 * DAY)


@contextmanager
def _process(command: list[str], database: str, whatsapp: str) -> Iterator[None]:
    environment = {
        **os.environ, "DATABASE_URL": database, "WHATSAPP_API_BASE": whatsapp, "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": f"{ROOT}:{ROOT}/platform",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _seconds(web: Any, standin: Any, batch: Any, number: int) -> float:
    """One person claims one coupon; the seconds until its picture is on the phone."""
    from tests.live import Visitor, claim_form

    person = 12_000_000 + number
    browser, path = Visitor(web.port, "ada.localhost"), f"/b/{batch.id}/claim"
    browser.get(path)
    started = time.perf_counter()
    answer = browser.post(path, claim_form(person))
    assert answer.status == 302, (answer.status, answer.content[:300])
    while not _has_picture(standin.messages(f"+9665{person:08d}")):
        assert time.perf_counter() - started < MOST_SECONDS, "the picture never came"
        time.sleep(0.02)  # the stand-in is asked fifty times a second: that is how exact the figure is
    browser.close()
    return time.perf_counter() - started


def _has_picture(messages: list[dict[str, Any]]) -> bool:
    return any(message["shown"] and message["shown"].get("media") for message in messages)
