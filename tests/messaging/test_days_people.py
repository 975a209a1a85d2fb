"""Meta's limit on people in a day: shared between sites and merchants, and never in the way of who asks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import tasks
from messaging.choices import Trigger
from messaging.meta.models import Sender
from messaging.models import Message
from messaging.services import pacing, sending
from tests.factories import NOW
from tests.messaging.cast import Phone
from tests.meta.cast import make_sender


def fresh(message):
    return Message.objects.get(id=message.id)


def campaign_for(phone: Phone, people: int) -> list[Message]:
    return [
        phone.queued(Trigger.CAMPAIGN, customer_id=phone.customer().id, batch_id=phone.batch().id)
        for _ in range(people)
    ]


def accepted_of(blast: list[Message], clock) -> int:
    for _ in range(8):
        sending.run(clock.tools(), seconds=0)
    return sum(fresh(message).state == "accepted" for message in blast)


def test_one_merchant_cannot_use_up_the_people_of_the_day(whatsapp, number, phone, clock):
    """Meta lets us write to ten people: eight of them for BI, four for each of two merchants at least."""
    Sender.objects.update(users_per_day=10)

    assert accepted_of(campaign_for(phone, 6), clock) == 4


def test_a_number_that_was_switched_off_has_used_up_what_it_used(whatsapp, number, phone, clock, bob_site):
    make_sender(bob_site, users_per_day=20, people_lately=16, people_counted_at=NOW, state="off")
    Sender.objects.update(users_per_day=20)

    assert accepted_of(campaign_for(phone, 2), clock) == 0


@pytest.mark.parametrize(
    ("elsewhere", "hours", "ours"),
    [
        (0, 1, 4),  # another site has a number too: half of BI's sixteen, and half of that for a merchant
        (14, 1, 2),  # it has used nearly all of what all numbers share
        (16, 1, 0),
        (16, 25, 4),  # that was yesterday
    ],
)
def test_the_people_of_the_day_are_shared_with_the_other_sites(
    whatsapp, number, phone, clock, bob_site, elsewhere, hours, ours
):
    make_sender(
        bob_site, users_per_day=20, people_lately=elsewhere, people_counted_at=NOW - dt.timedelta(hours=hours)
    )
    Sender.objects.update(users_per_day=20)

    assert accepted_of(campaign_for(phone, 6), clock) == ours


def test_whoever_asks_counts_as_one_of_the_people_too(whatsapp, number, phone, clock, monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: NOW)
    Sender.objects.update(users_per_day=10)
    asked = [phone.queued() for _ in range(7)]
    assert accepted_of(asked, clock) == 7, "who asks is never put off"

    assert accepted_of(campaign_for(phone, 3), clock) == 1
    tasks.sweep.run()
    assert Sender.objects.get().people_lately == 8


def test_far_from_the_limit_people_are_not_counted_every_time(whatsapp, number, phone, clock):
    Sender.objects.update(users_per_day=100_000, messages_per_second=10)
    assert accepted_of(campaign_for(phone, 1), clock) == 1
    payers, sender = [phone.merchant_id], Sender.objects.get()

    with CaptureQueriesContext(connection) as seen:
        room = pacing.room_for(sender, payers, now=NOW)

    assert room[phone.merchant_id] > 30_000
    assert seen.captured_queries == []


@pytest.mark.parametrize(("limit", "counted_again"), [(2_000, False), (30, True)])
def test_the_nearer_the_limit_the_sooner_people_are_counted_again(
    whatsapp, number, phone, clock, limit, counted_again
):
    Sender.objects.update(users_per_day=limit, messages_per_second=20)
    payers, sender = [phone.merchant_id], Sender.objects.get()
    first = pacing.room_for(sender, payers, now=NOW)

    with CaptureQueriesContext(connection) as seen:
        assert pacing.room_for(sender, payers, now=NOW) == first

    assert bool(seen.captured_queries) is counted_again
