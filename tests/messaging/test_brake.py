"""Trouble at Meta: the number rests instead of posting its whole queue into it, and one message tries before the rest."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel.models import OutboxEvent
from messaging.meta.queries import senders
from messaging.models import Message
from messaging.services import allowance, outcomes, pacing, queue, sending
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("proved")
GONE = "+966555559026"  # Meta says at once that nobody is there
TROUBLES = [{"status": 502}, {"cut": True}, {"status": 403}, {"code": 131016}, {"code": 131057}, {"code": 1}]


@pytest.fixture
def queued(number, phone):
    """Claims of so many more people, or of one with this number."""
    batch = phone.batch(40)
    numbers = (f"+9665123456{place:02}" for place in range(40))

    def queue_some(count, to=""):
        people = [factories.make_customer(phone=to or next(numbers)) for _ in range(count)]
        return [phone.queued(customer_id=one.id, coupon_id=phone.taken(batch, one).id) for one in people]

    return queue_some


@pytest.fixture
def broken(whatsapp):
    """Meta fails like this, at each post, until it is mended by None."""

    def become(how):
        whatsapp.control("fault", times=0)
        if how:
            whatsapp.control("fault", path="/messages", times=-1, **how)

    return become


def posts():
    return sum(Message.objects.values_list("turn", flat=True))


@pytest.mark.parametrize("how", TROUBLES, ids=str)
def test_a_round_without_any_answer_of_use_is_the_last_for_half_a_minute(phone, queued, broken, clock, how):
    queued(5)
    broken(how)
    sending.run(clock.tools(), seconds=0)
    (later,) = queued(1)

    left = sending.run(clock.tools(), seconds=20)

    assert (left, posts(), Message.objects.get(id=later.id).state) == (False, 5, "queued")
    assert not allowance.is_sending(now=clock.now)
    assert allowance.is_sending(now=NOW + pacing.REST)


def test_then_one_message_tries_and_the_others_follow_once_it_had_an_answer(whatsapp, queued, broken, clock):
    queued(3)
    broken({"status": 502})
    sending.run(clock.tools(), seconds=0)
    queued(6)

    clock.now += pacing.REST
    sending.run(clock.tools(), seconds=20)
    assert posts() == 3 + 1
    assert pacing.rests(senders.mine(), now=clock.now)
    broken(None)
    clock.now += pacing.REST
    sending.run(clock.tools(), seconds=0)
    assert posts() == 3 + 2
    sending.run(clock.tools(), seconds=0)

    assert posts() == 3 + 6
    assert sorted(Message.objects.values_list("state", flat=True)) == ["accepted"] * 5 + ["unknown"] * 4
    assert senders.mine().rests_until is None


def test_a_refusal_of_one_message_is_an_answer_too(queued, broken, clock):
    queued(3)
    broken({"status": 502})
    sending.run(clock.tools(), seconds=0)
    broken(None)
    queued(1, GONE)

    clock.now += pacing.REST
    sending.run(clock.tools(), seconds=0)

    assert senders.mine().rests_until is None


def test_of_all_who_look_after_a_rest_one_sends_the_first_message(phone, number):
    pacing.rest(senders.mine(), until=NOW)
    workers = [senders.mine() for _ in range(3)]

    assert [pacing.may_try(worker, now=NOW) for worker in workers] == [True, False, False]
    assert pacing.may_try(senders.mine(), now=NOW + pacing.REST)


def test_a_rest_that_ends_with_nothing_to_send_makes_nobody_wait_later(queued, broken, clock):
    queued(3)
    broken({"status": 502})
    sending.run(clock.tools(), seconds=0)
    broken(None)
    clock.now += pacing.REST
    sending.run(clock.tools(), seconds=0)
    (message,) = queued(1)

    sending.run(clock.tools(), seconds=0)

    assert Message.objects.get(id=message.id).state == "accepted"


def test_somebody_looks_when_the_rest_is_over_and_once(phone, number):
    OutboxEvent.objects.update(relayed_at=NOW)
    pacing.rest(senders.mine(), until=NOW + pacing.REST)

    for _ in range(3):
        queue.wake_when_due(now=NOW)

    (call,) = OutboxEvent.objects.filter(topic=queue.DUE, relayed_at=None)
    assert call.due_at == NOW + pacing.REST


def test_two_failures_may_be_those_of_the_messages(queued, broken, clock):
    queued(2)
    broken({"status": 502})

    sending.run(clock.tools(), seconds=0)

    assert senders.mine().rests_until is None


def test_failures_one_by_one_add_up_until_there_was_an_answer(queued, broken, clock):
    """Claims come one at a time: none of their rounds has three messages."""
    rests = []
    for how in ({"cut": True}, {"status": 502}, None, {"status": 502}, {"cut": True}, {"status": 403}):
        broken(how)
        queued(1)
        sending.run(clock.tools(), seconds=0)
        rests.append(senders.mine().rests_until is not None)

    assert rests == [False] * 5 + [True]


def test_one_answer_of_use_among_many_failures_is_enough(whatsapp, queued, clock):
    queued(4)
    whatsapp.control("fault", path="/messages", times=3, status=502)

    sending.run(clock.tools(), seconds=0)

    assert senders.mine().rests_until is None


def test_what_meta_calls_too_fast_makes_it_slower_and_does_not_stop_it(queued, broken, clock):
    queued(4)
    broken({"code": 130429})

    sending.run(clock.tools(), seconds=0)

    assert senders.mine().rests_until is None
    assert pacing.speed_of(senders.mine()) < senders.mine().messages_per_second


def test_it_rests_without_valkey_too(queued, broken, clock, no_valkey):
    queued(5)
    broken({"status": 502})
    sending.run(clock.tools(), seconds=1)
    spent = posts()

    clock.now += pacing.REST / 2
    sending.run(clock.tools(), seconds=1)

    assert (spent >= sending.MANY, posts()) == (True, spent)


def test_people_whom_meta_has_trouble_with_put_nobody_else_to_rest(whatsapp, queued, clock):
    """131000 says that something went wrong, and not whether it was with this message or with all."""
    for _ in range(4):
        bad = f"+9665{factories.uuid.uuid4().int % 10**8:08}"
        whatsapp.control("recipient", phone=bad, behaviour="131000")
        queued(1, to=bad)
    sending.run(clock.tools(), seconds=0)
    (healthy,) = queued(1)

    sending.run(clock.tools(), seconds=0)

    assert Message.objects.get(id=healthy.id).state == "accepted"
    assert Message.objects.filter(state="queued").count() == 4
    assert not pacing.rests(senders.mine(), now=clock.now)


def test_what_meta_has_trouble_with_for_hours_is_ended(whatsapp, queued, broken, clock):
    (message,) = queued(1)
    broken({"code": 131000})

    for _ in range(outcomes.MOST_TROUBLES + 5):
        sending.run(clock.tools(), seconds=0)
        clock.now = max(clock.now, Message.objects.get(id=message.id).due_at)

    found = Message.objects.get(id=message.id)
    assert (found.state, found.turn, found.charge) == ("failed", outcomes.MOST_TROUBLES + 1, "released")
    assert clock.now - NOW > dt.timedelta(hours=1)


def test_the_one_that_tries_is_one_that_meta_has_not_refused_and_that_may_go(queued, broken, clock, whatsapp):
    refused, put_off, fresh = queued(3)
    Message.objects.filter(id=refused.id).update(refused_turn=1, turn=1)
    Message.objects.filter(id=put_off.id).update(quiet_zone="Asia/Riyadh", quiet_from=0, quiet_to=23)
    pacing.rest(senders.mine(), until=NOW)

    sending.run(clock.tools(), seconds=0)

    states = dict(Message.objects.values_list("id", "state"))
    assert (states[refused.id], states[put_off.id], states[fresh.id]) == ("queued", "queued", "accepted")
    assert posts() == 2
    assert senders.mine().rests_until is None
