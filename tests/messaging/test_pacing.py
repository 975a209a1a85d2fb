"""The two paces in Valkey: of a person, whom nobody writes to more than five times at once, and of the number."""

from __future__ import annotations

import datetime as dt

import pytest

from messaging.choices import Trigger
from messaging.meta.queries import senders
from messaging.models import Message
from messaging.services import pacing, queue, sending
from tests import factories
from tests.factories import NOW
from tests.messaging.cast import JOB

ONE, OTHER = "+966512345678", "+966512345679"


def code(key, customer):
    return queue.enqueue(
        trigger=Trigger.CODE, key=key, customer_id=customer.id, secret="123456", now=NOW, actor=JOB
    )  # fmt: skip


def states(messages):
    return list(
        Message.objects.filter(id__in=[one.id for one in messages]).order_by("key").values_list("state", flat=True)
    )


def test_one_person_gets_five_at_once_and_then_one_in_six_seconds(whatsapp, number, phone, clock):
    customer = factories.make_customer(phone=ONE)
    wanted = [code(f"code:{place}", customer) for place in range(8)]

    sending.run(clock.tools())
    first = states(wanted)
    put_off = Message.objects.filter(state="queued")
    waiting = set(put_off.values_list("due_at", "attempts"))
    clock.now += dt.timedelta(seconds=6)
    sending.run(clock.tools())

    assert (first.count("accepted"), first.count("queued")) == (5, 3)
    assert waiting == {(NOW + dt.timedelta(seconds=6), 0)}
    assert states(wanted).count("accepted") == len(whatsapp.messages(ONE)) == 6
    assert whatsapp.counters()["pair_total"] == 6


def test_a_person_who_has_to_wait_holds_up_nobody_else_and_takes_nothing_of_the_numbers_pace(
    whatsapp, number, phone, clock
):
    """Two rounds of them and more, and all before the other's."""
    one, other = (factories.make_customer(phone=to) for to in (ONE, OTHER))
    for place in range(2 * sending.ROUND + 6):
        code(f"code:{place}", one)
    last = code("code:last", other)

    sending.run(clock.tools())

    assert states([last]) == ["accepted"]
    assert clock.now == NOW
    assert len(whatsapp.messages(ONE)) == 5


@pytest.mark.parametrize(("told", "at_once"), [(None, 8), (130429, 4), (80007, 4), (4, 4)])
def test_meta_saying_too_fast_halves_the_speed(whatsapp, number, phone, clock, told, at_once):
    if told:
        whatsapp.control("fault", path="/messages", times=1, code=told)
        code("first", factories.make_customer(phone=ONE))
        sending.run(clock.tools(), seconds=0)
    wanted = [code(f"code:{place}", factories.make_customer()) for place in range(10)]

    sending.run(clock.tools(), seconds=0)

    assert pacing.speed_of(senders.mine()) == (40 if told else 80)
    assert states(wanted).count("accepted") == at_once


def test_no_second_has_more_than_the_number_may_send_and_little_of_it_is_lost(phone):
    sender = senders.mine()
    moments = [NOW + dt.timedelta(milliseconds=4 * step) for step in range(500)]

    sent = [
        at for person, at in enumerate(moments)
        if pacing.Pace(sender, now=at).ask(person.to_bytes(32, "big")).now
    ]  # fmt: skip

    within = [sum(1 for other in sent if at <= other < at + dt.timedelta(seconds=1)) for at in sent]
    assert max(within) <= 80
    assert len(sent) >= 2 * 72
