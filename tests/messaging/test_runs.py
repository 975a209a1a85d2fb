"""Who looks at the queue, and how often: each run that leaves something calls one that follows it, and no more."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel.models import OutboxEvent
from messaging import tasks
from messaging.meta.queries import senders
from messaging.services import pacing, queue, sending
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


def test_beside_a_run_others_look_once_and_come_back_when_it_is_over(runs):
    first = call()
    others = [call() for _ in range(20)]
    for event in [*others, first]:
        tasks.send_due(event, NOW)

    assert runs == [0] * 20 + [tasks.RUN_FOR]
    assert [(event.due_at - NOW).total_seconds() for event in calls(relayed_at=None)] == [3, 0]


def test_a_fast_number_has_two_runs_at_once(runs):
    sender = senders.mine()
    type(sender).objects.filter(id=sender.id).update(messages_per_second=pacing.ONE_SENDS + 1)
    for event in [call() for _ in range(4)]:
        tasks.send_due(event, NOW)

    assert runs == [tasks.RUN_FOR, tasks.RUN_FOR, 0, 0]


def test_a_run_that_died_with_its_worker_stops_nobody_for_long(runs):
    call(at=NOW - queue.LIVELY - dt.timedelta(seconds=1))

    tasks.send_due(call(), NOW)

    assert runs == [tasks.RUN_FOR]


def test_what_somebody_waits_for_goes_in_one_round_and_leaves_the_rest_to_the_queue(runs):
    tasks.send_now()
    tasks.send_now()

    assert runs == [0, 0]
    assert calls().count() == 1
