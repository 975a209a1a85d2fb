"""Two at once, on connections of their own and with commits; each promise beside a control that breaks it."""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress

import pytest
from django.db import transaction

from credits.models import Hold
from kernel import crypto
from kernel.models import OutboxEvent
from messaging import locks
from messaging.choices import Trigger
from messaging.consent.models import Suppression
from messaging.consent.queries import register
from messaging.consent.services import consent
from messaging.meta.choices import Verdict
from messaging.models import Message
from messaging.services import outcomes, queue
from tests.factories import DAY, NOW
from tests.messaging.cast import JOB, drop_unique_key
from tests.threads import meet_before, run_threads, somebody_waits, until

TRIES = 20  # of a control: chance decides who is first after both have looked


def queue_twice(phone, monkeypatch):
    """The same key by two at once: how many messages, and how many holds."""
    with phone.at_site():
        customer = phone.customer()
        coupon = phone.taken(phone.batch(), customer)
    key = uuid.uuid4().hex

    def work(_number):
        with phone.at_site():
            return queue.enqueue(
                trigger=Trigger.CLAIM_CENTRE, key=key, customer_id=customer.id, merchant_id=phone.merchant_id,
                coupon_id=coupon.id, now=NOW, actor=JOB,
            ).id  # fmt: skip

    with monkeypatch.context() as patch:
        meet_before(patch, queue, "_must_reach")
        found = run_threads(2, work)
    with phone.at_site():
        return len(set(found)), Message.objects.filter(key=key).count(), Hold.objects.filter(id__in=found).count()


def test_the_same_key_is_one_message_and_one_hold(race_phone, monkeypatch):
    assert queue_twice(race_phone, monkeypatch) == (1, 1, 1)


def test_without_the_unique_key_it_is_two(race_phone, monkeypatch, superuser):
    drop_unique_key(superuser, race_phone.shop.site)

    assert queue_twice(race_phone, monkeypatch) == (2, 2, 2)


def delivered(message):
    with transaction.atomic():
        outcomes.arrived(locks.message(message.id), turn=1, state="delivered", at=NOW, now=NOW)


def refused(message):
    outcomes.refused(
        message.id, turn=1, verdict=Verdict.RECIPIENT_FINAL, code=131026, title="", now=NOW, random=lambda: 0.5
    )


def given_up(message):
    with suppress(outcomes.WrongState):
        outcomes.settle_by_person(message.id, send_again=False, actor=JOB, now=NOW)


def settle_twice(phone, monkeypatch, other):
    """It arrives while it is ended by something else: its state, its charge, and what the wallet says of it."""
    with phone.at_site():
        message = phone.queued()
        Message.objects.filter(id=message.id).update(state="unknown", turn=1, claimed_at=NOW)
        before, _available = phone.wallet()

    def work(number):
        with phone.at_site():
            (delivered, other)[number](message)

    with monkeypatch.context() as patch:
        meet_before(patch, outcomes, "_note")
        failed = [error for error in run_threads(2, work) if error]
    with phone.at_site():
        message.refresh_from_db()
        spent = before - phone.wallet()[0]
        return message.state, message.charge, spent, Hold.objects.filter(id=message.id).count(), failed


@pytest.mark.parametrize("other", [refused, given_up])
def test_what_arrives_while_it_is_ended_has_arrived_and_costs_one_credit(race_phone, monkeypatch, other):
    assert settle_twice(race_phone, monkeypatch, other) == ("delivered", "spent", 1, 0, [])


@pytest.mark.parametrize("other", [refused, given_up])
def test_without_the_messages_lock_they_contradict_each_other(race_phone, monkeypatch, other):
    monkeypatch.setattr(locks, "message", lambda message_id: Message.objects.get(id=message_id))
    with race_phone.at_site():
        race_phone.top_up(TRIES, "wa_ui")

    found = (settle_twice(race_phone, monkeypatch, other) for _ in range(TRIES))
    assert any(one != ("delivered", "spent", 1, 0, []) for one in found)


def stop_while_resuming(phone):
    """STOP, then START, then STOP again while START is being written down: whether the number is stopped, and how
    often it was told."""
    said = {"source": "keyword", "phone": "+966512345678"}
    with phone.at_site():
        consent.opt_out_number(**said, now=NOW)
    lifted, over = threading.Event(), threading.Event()

    def start():
        with phone.at_site(), transaction.atomic():
            consent.resume_number(**said, now=NOW + DAY)
            lifted.set()
            until(lambda: over.is_set() or somebody_waits())

    def stop():
        assert lifted.wait(10)
        with phone.at_site():
            consent.opt_out_number(**said, now=NOW + 2 * DAY)
        over.set()

    assert run_threads(2, lambda number: (start, stop)[number]()) == [None, None]
    with phone.at_site():
        index = bytes(Suppression.objects.first().phone_index)
        return register.is_stopped(index), OutboxEvent.objects.filter(topic=consent.STOPPED).count()


def test_a_stop_is_kept_though_a_start_is_just_being_written_down(race_phone):
    assert stop_while_resuming(race_phone) == (True, 2)


def test_a_stop_in_two_statements_is_lost(race_phone, monkeypatch):
    """The control: look for a standing stop first, then write."""

    def careless(*, source, now, phone):
        index = crypto.keyed_index(phone, site_id=race_phone.shop.site.id, field="phone")
        if not register.is_stopped(index):
            Suppression.objects.create(phone_index=index, source=source, since=now, said_at=now)
            OutboxEvent.objects.create(
                topic=consent.STOPPED, site_id=race_phone.shop.site.id, created_at=now, due_at=now
            )

    monkeypatch.setattr(consent, "opt_out_number", careless)

    assert stop_while_resuming(race_phone) == (False, 1)
