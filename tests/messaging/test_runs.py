"""Who looks at the queue, and how often: each run that leaves something calls one that follows it, and no more."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from kernel.models import OutboxEvent
from messaging import tasks
from messaging.meta.queries import senders
from messaging.meta.services.client import CONNECT_SECONDS
from messaging.services import pacing, queue, sending, sweeping
from tests.factories import NOW


@pytest.fixture
def runs(phone, monkeypatch):
    """How long each run was given; all find more than they can send."""
    asked = []
    monkeypatch.setattr(tasks.clock, "now", lambda: NOW)
    monkeypatch.setattr(sending, "run", lambda tools, *, seconds: asked.append(seconds) or True)
    return asked


def calls(**fields):
    return OutboxEvent.objects.filter(topic=queue.DUE, **fields).order_by("id")


def hand_over(event, at=NOW):
    calls(id=event.id).update(relayed_at=at)
    return calls().get(id=event.id)


def call(at=NOW):
    queue.wake(now=NOW)
    return hand_over(calls().last(), at)


def test_a_hundred_reasons_are_one_call(phone):
    for _ in range(100):
        queue.wake(now=NOW)

    assert calls().count() == 1


def test_a_run_that_leaves_something_calls_the_next(runs):
    tasks.send_due(call(), NOW)

    assert runs == [tasks.RUN_FOR]
    assert [event.due_at for event in calls(relayed_at=None)] == [NOW]


def test_beside_a_run_one_more_looks_once_and_all_others_come_back_when_it_is_over(runs):
    first = call()
    others = [call() for _ in range(20)]
    for event in [*others, first]:
        tasks.send_due(event, NOW)

    assert runs == [0, tasks.RUN_FOR]
    assert [(event.due_at - NOW).total_seconds() for event in calls(relayed_at=None)] == [3, 0]


def test_a_fast_number_has_two_runs_at_once(runs):
    sender = senders.mine()
    type(sender).objects.filter(id=sender.id).update(messages_per_second=pacing.ONE_SENDS + 1)
    for event in [call() for _ in range(4)]:
        tasks.send_due(event, NOW)

    assert runs == [tasks.RUN_FOR, tasks.RUN_FOR, 0]


def test_a_run_that_died_with_its_worker_stops_nobody_for_long(runs):
    call(at=NOW - queue.LIVELY - dt.timedelta(seconds=1))

    tasks.send_due(call(), NOW)

    assert runs == [tasks.RUN_FOR]


def test_a_run_counts_for_longer_than_its_slowest_round_takes():
    """Each message may take two requests, its picture's and its own, and each of them all its time."""
    request = CONNECT_SECONDS + settings.WHATSAPP_TIMEOUT
    waves = -(-sending.ROUND // sending.THREADS)

    assert dt.timedelta(seconds=tasks.RUN_FOR + waves * 2 * request) < queue.LIVELY < sweeping.SENDING_FOR


def test_who_waits_at_a_screen_takes_no_worker_beside_a_run_and_calls_one_after_it(runs):
    call()

    for _ in range(20):
        tasks.send_now()
    beside, waiting = list(runs), calls(relayed_at=None).count()
    calls().update(relayed_at=NOW, done_at=NOW)
    tasks.send_now()

    assert (beside, waiting, runs) == ([], 1, [0])


def test_the_clocks_look_sends_though_a_run_is_counted_that_died(runs, phone):
    call()

    tasks.send(site_id=str(phone.shop.site.id))

    assert runs == [0]


def test_what_somebody_waits_for_goes_in_one_round_and_leaves_the_rest_to_the_queue(runs):
    tasks.send_now()

    assert runs == [0]
    assert calls(relayed_at=None).count() == 1
