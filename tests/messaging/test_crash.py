"""No message is lost and none is sent twice while worker, relay and broker are killed for a minute.

Real processes against the stand-in of WhatsApp: two workers, the relay, a broker that forgets everything when it dies,
and a web process for the webhooks. Beat is played by the test, without its patience: it hands over again whatever is
not finished, also what somebody is working on at that moment.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from config.embedded import Valkey, free_port, wait_for
from kernel import clock
from kernel.models import OutboxEvent
from messaging.choices import ARRIVED, State, Trigger
from messaging.meta.models import MessageTemplate
from messaging.models import Message
from messaging.services import queue, sweeping
from tenants.services import relay
from tenants.walls import wall
from tests import cluster, factories
from tests.live import LiveServer

ROOT = Path(__file__).resolve().parents[2]
SECONDS, EVERY = 60.0, 0.25


class Killable:
    """A process that is killed and started again."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def kill_and_start(self) -> None:
        self.kill()
        self.process = self._start()


@pytest.fixture
def platform(race_phone: Any, database: Any, whatsapp: Any) -> Iterator[dict[str, Killable]]:
    """The processes by name, and the stand-in telling the web process what became of messages."""
    # Below the ports that connections are given: a client that calls a dead broker could otherwise reach itself.
    valkey = Valkey(free_port(27379))
    environment = {
        **os.environ, "DATABASE_URL": database.url(), "REDIS_URL": valkey.url, "WHATSAPP_API_BASE": whatsapp.url,
        "WHATSAPP_TIMEOUT": "5", "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": f"{ROOT}:{ROOT}/platform",
    }  # fmt: skip
    worker = [sys.executable, "-m", "celery", "-A", "config.celery_app", "--quiet", "worker", "-P", "solo", "-Q", "celery",
              "--without-gossip", "--without-mingle", "--without-heartbeat", "-n"]  # fmt: skip
    with ExitStack() as stack:
        web = stack.enter_context(LiveServer(database.url()))
        whatsapp.add_site(race_phone.shop.site)
        whatsapp.control("account", waba="1029384756", webhook=f"http://console.localhost:{web.port}/whatsapp/webhook/")
        running = {"broker": Killable(valkey.command(), environment)}
        running |= {name: Killable([*worker, f"{name}@%h"], environment) for name in ("first", "second")}
        running["relay"] = Killable([sys.executable, "manage.py", "relay"], environment)
        yield running
        for process in running.values():
            process.kill()


def queue_one(phone: Any, number: int, batch: Any) -> uuid.UUID:
    """Now a claimed coupon, now one of a campaign."""
    with phone.at_site():
        customer = phone.customer()
        if number % 2:
            message = phone.queued(
                Trigger.CAMPAIGN, customer_id=customer.id, batch_id=batch.id, now=clock.now(), key=f"crash:{number}"
            )
        else:
            coupon = phone.taken(batch, customer)
            message = phone.queued(customer_id=customer.id, coupon_id=coupon.id, now=clock.now(), key=f"crash:{number}")
    return message.id


def play_beat(site: Any) -> None:
    """What nobody finished is handed over again at once, and what is late looked at."""
    relay.requeue_lost(now=clock.now() + relay.LOST_AFTER)
    with wall(site, "site"):
        queue.wake_when_due(now=clock.now())


def open_ones(phone: Any) -> Counter[str]:
    with phone.at_site():
        return Counter(Message.objects.values_list("state", flat=True))


@pytest.mark.timeout(600)  # a minute of blows, and then as long as it takes
def test_every_message_is_sent_once_or_listed_while_everything_is_killed(race_phone, platform, whatsapp):
    site, seed = race_phone.shop.site, random.randrange(10**6)
    chance = random.Random(seed)
    with wall(cluster.site("master"), "master"):
        MessageTemplate.objects.filter(purpose__in=["coupon", "campaign"]).update(status="PAUSED")
        MessageTemplate.objects.filter(purpose="campaign", language="en").update(status="APPROVED")
    long = {"starts_at": clock.now() - factories.DAY, "claim_until": clock.now() + 30 * factories.DAY}
    with race_phone.at_site():
        batch = race_phone.batch(400, **long)
    race_phone_credit(race_phone, 400)

    queued, end, next_blow = [], time.monotonic() + SECONDS, time.monotonic() + 6
    while time.monotonic() < end:
        queued.append(queue_one(race_phone, len(queued), batch))
        if time.monotonic() > next_blow:
            platform[chance.choice(["first", "second", "relay", "broker"])].kill_and_start()
            play_beat(site)
            next_blow = time.monotonic() + 2 + 3 * chance.random()
        time.sleep(EVERY)  # messages come in at a steady rate; nothing is waited for

    def drained() -> bool:
        play_beat(site)
        return open_ones(race_phone)[State.QUEUED] == 0

    wait_for(drained, seconds=180, what="the queue")
    with race_phone.at_site():
        sweeping.sweep(now=clock.now() + sweeping.SENDING_FOR)

    def told() -> bool:
        """Whether what the stand-in took is known here, and nothing else is open."""
        play_beat(site)
        with race_phone.at_site():
            waits = Message.objects.filter(state__in=[State.ACCEPTED, State.SENDING, State.QUEUED]).exists()
            return not waits and taken(whatsapp).keys() == {str(key) for key in arrived_ids()}

    wait_for(told, seconds=180, what="the news of every message")
    got = taken(whatsapp)
    with race_phone.at_site():
        states = {str(key): state for key, state in Message.objects.values_list("id", "state")}
        spent = Message.objects.filter(charge="spent").count()
        assert race_phone.wallet("wa_ui")[0] + race_phone.wallet("wa_bi")[0] == 820 - spent
        assert not OutboxEvent.objects.filter(error__gt="", done_at__isnull=False, attempts__gte=8).exists()

    arrived = {key for key, state in states.items() if state in ARRIVED}
    unknown = {key for key, state in states.items() if state == State.UNKNOWN}
    assert [callback for callback, times in got.items() if times > 1] == [], f"seed {seed}"
    assert arrived | unknown == set(states) == set(map(str, queued)), f"seed {seed}"
    assert set(got) == arrived, f"seed {seed}"
    assert len(arrived) > len(unknown), f"seed {seed}: {len(unknown)} of {len(queued)} unknown"


def taken(whatsapp: Any) -> Counter[str]:
    """How often the stand-in took each message."""
    return Counter(message["callback"].partition(":")[0] for message in whatsapp.messages() if not message["in"])


def arrived_ids() -> list[uuid.UUID]:
    return list(Message.objects.filter(state__in=ARRIVED).values_list("id", flat=True))


def race_phone_credit(phone: Any, amount: int) -> None:
    with phone.at_site():
        for unit in ("wa_ui", "wa_bi"):
            phone.top_up(amount, unit)
