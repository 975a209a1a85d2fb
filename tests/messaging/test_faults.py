"""Whatever fails around a message, it fails closed: no credit without its message, nothing sent without its row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError

from config.embedded import wait_for
from messaging.choices import Trigger
from messaging.meta.models import Sender
from messaging.meta.queries import senders
from messaging.models import Message, Pace
from messaging.services import composing, outcomes, pacing, sending, sweeping
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("proved")
TO = "+966512345678"
GONE = "+966555559026"  # Meta says at once that nobody is there


def fails(*_args, **_kwargs):
    raise OperationalError("the server closed the connection")


def held_for(times, act):
    """The same function, whose row somebody else holds at the first so many calls."""
    left = [times]

    def call(*args, **kwargs):
        if left[0]:
            left[0] -= 1
            raise OperationalError("canceling statement due to lock timeout")
        return act(*args, **kwargs)

    return call


@pytest.fixture
def message(phone, number):
    customer = factories.make_customer(phone=TO)
    return phone.queued(customer_id=customer.id, coupon_id=phone.taken(phone.batch(), customer).id)


FAULTS = {
    # what goes wrong at Meta: state afterwards, how many messages Meta has
    "meta's server error": ({"status": 500}, "unknown", 0),
    "a gateway's error page": ({"status": 502}, "unknown", 0),
    "a gateway's error after the work": ({"status": 502, "after": True}, "unknown", 1),
    "a page that forbids": ({"status": 403}, "unknown", 0),
    "silence after the work": ({"hang": 3, "after": True}, "unknown", 1),
    "a cut": ({"cut": True}, "unknown", 0),
    "a cut after the work": ({"cut": True, "after": True}, "unknown", 1),
    "a rate limit": ({"code": 130429}, "queued", 0),
    "an outage that meta tells of": ({"code": 131016}, "queued", 0),
    "a maintenance": ({"code": 131057}, "queued", 0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_fails_at_meta_costs_nothing_and_is_never_sent_twice(whatsapp, phone, message, clock, settings, fault):
    how, state, there = FAULTS[fault]
    if "hang" in how:
        settings.WHATSAPP_TIMEOUT = 1.0
    whatsapp.control("fault", path="/messages", times=1, **how)

    sending.run(clock.tools(), seconds=0)
    sending.run(clock.tools(), seconds=0)

    found = Message.objects.get(id=message.id)
    assert (found.state, found.charge, phone.wallet(), phone.entries(message)) == (state, "held", (10, 9), [])
    wait_for(lambda: len(whatsapp.messages(TO)) == there, seconds=60, what="what Meta has")


@pytest.mark.parametrize("how", [{"status": 500}, {"hang": 3}, {"cut": True}, {"code": 131053}], ids=str)
def test_a_picture_that_cannot_be_uploaded_is_tried_again_or_left_out(
    whatsapp, phone, message, pictures, clock, settings, how
):
    if "hang" in how:
        settings.WHATSAPP_TIMEOUT = 1.0
    whatsapp.control("fault", path="/media", times=1, **how)

    for _ in range(3):
        sending.run(clock.tools(), seconds=0)
        clock.now += dt.timedelta(seconds=30)

    assert Message.objects.get(id=message.id).state == "accepted"
    assert len(whatsapp.messages(TO)) == 1


def test_without_valkey_the_database_keeps_the_pace(whatsapp, phone, message, clock, no_valkey):
    """One for whoever asked, and one that the merchant sends: its share of the day's people is looked up too."""
    Sender.objects.update(users_per_day=1000)
    gift = phone.queued(Trigger.BIRTHDAY, batch_id=phone.batch().id)

    sending.run(clock.tools(), seconds=1)

    assert [Message.objects.get(id=one.id).state for one in (message, gift)] == ["accepted", "accepted"]
    assert Pace.objects.count() == 1
    assert (phone.wallet(), phone.wallet("wa_bi")) == ((10, 9), (10, 9))


def test_without_valkey_meta_saying_too_fast_is_written_down_all_the_same(whatsapp, phone, message, clock, no_valkey):
    whatsapp.control("fault", path="/messages", times=1, code=130429)

    sending.run(clock.tools(), seconds=0)

    assert Message.objects.get(id=message.id).state == "queued"


def test_an_answer_is_written_down_though_its_row_was_held_for_long(whatsapp, phone, message, clock, monkeypatch):
    gone = phone.queued(customer_id=factories.make_customer(phone=GONE).id)
    with monkeypatch.context() as patched:
        for name in ("accepted", "refused"):
            patched.setattr(outcomes, name, held_for(sending.TRIES - 1, getattr(outcomes, name)))
        sending.run(clock.tools(), seconds=0)

    assert [Message.objects.get(id=one.id).state for one in (message, gone)] == ["accepted", "failed"]


def test_a_row_that_stays_held_loses_its_own_answer_alone(whatsapp, phone, message, clock, monkeypatch):
    others = [phone.queued(customer_id=factories.make_customer(phone=f"{TO[:-1]}{n}").id) for n in range(3)]
    whole = outcomes.accepted

    def accepted(answers, *, now):
        if message.id in {answer[0] for answer in answers}:
            raise OperationalError("canceling statement due to lock timeout")
        whole(answers, now=now)

    with monkeypatch.context() as patched:
        patched.setattr(outcomes, "accepted", accepted)
        with pytest.raises(OperationalError):
            sending.run(clock.tools(), seconds=0)

    assert Message.objects.get(id=message.id).state == "sending"
    assert [Message.objects.get(id=one.id).state for one in others] == ["accepted"] * 3


def test_a_post_that_breaks_in_our_own_code_is_unknown_and_loses_no_other_answer(
    whatsapp, phone, message, clock, monkeypatch
):
    gone = phone.queued(customer_id=factories.make_customer(phone=GONE).id)
    whole = composing.letter

    def letter(which, desk):
        return composing.Letter("text", fails) if which.id == message.id else whole(which, desk)

    monkeypatch.setattr(composing, "letter", letter)
    sending.run(clock.tools(), seconds=0)

    assert [Message.objects.get(id=one.id).state for one in (message, gone)] == ["unknown", "failed"]


@pytest.mark.parametrize("broken", ["accepted", "refused"])
def test_an_answer_that_cannot_be_written_down_loses_no_other_one(whatsapp, phone, message, clock, monkeypatch, broken):
    gone = phone.queued(customer_id=factories.make_customer(phone=GONE).id)

    with monkeypatch.context() as patched:
        patched.setattr(outcomes, broken, fails)
        with pytest.raises(OperationalError):
            sending.run(clock.tools(), seconds=0)

    lost, known = (message, gone) if broken == "accepted" else (gone, message)
    assert Message.objects.get(id=lost.id).state == "sending"
    assert Message.objects.get(id=known.id).state == ("failed" if broken == "accepted" else "accepted")


def test_the_databases_pace_is_half_the_speed_and_knows_the_pair(phone, no_valkey, message):
    sender = senders.mine()

    moments = [NOW + dt.timedelta(milliseconds=10 * step) for step in range(11)]
    turns = [pacing.Pace(sender, now=at).ask(bytes([person]) * 32) for person, at in enumerate(moments)]
    Message.objects.filter(id=message.id).update(claimed_at=NOW)
    for turn in range(4):
        Message.objects.create(
            payer=phone.shop.site.id, key=f"p{turn}", recipient=message.recipient, trigger="code", type="wa_ui",
            created_at=NOW, due_at=NOW, expires_at=NOW, claimed_at=NOW,
        )  # fmt: skip
    pair = pacing.Pace(sender, now=NOW).ask(bytes(message.recipient))

    # One in 25 ms, asked every 10 ms for a tenth of a second.
    assert [turn.now for turn in turns].count(True) == 4
    assert {turn.wait for turn in turns if not turn.now} == {0.025}
    assert (pair.now, pair.pair) == (False, True)


def test_a_database_that_fails_after_the_send_leaves_an_unknown_and_no_second_send(
    whatsapp, phone, message, clock, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr(outcomes, "accepted", fails)
        with pytest.raises(OperationalError):
            sending.run(clock.tools(), seconds=0)
    sweeping.sweep(now=NOW + 2 * sweeping.SENDING_FOR)
    sending.run(clock.tools(), seconds=0)

    assert (Message.objects.get(id=message.id).state, len(whatsapp.messages(TO))) == ("unknown", 1)
    assert phone.wallet() == (10, 9)


def test_one_message_that_cannot_be_made_does_not_hold_up_the_others(whatsapp, phone, message, clock, monkeypatch):
    other = factories.make_customer(phone="+966512345679")
    fine = phone.queued(customer_id=other.id, coupon_id=phone.taken(phone.batch(), other).id)
    Message.objects.filter(id=message.id).update(to_sealed="k9.notours")

    sending.run(clock.tools(), seconds=0)

    assert Message.objects.get(id=message.id).error == "not_made"
    assert Message.objects.get(id=fine.id).state == "accepted"


def test_what_breaks_while_one_is_made_is_no_end_of_it(whatsapp, phone, message, clock, monkeypatch):
    other = factories.make_customer(phone="+966512345679")
    fine = phone.queued(customer_id=other.id, coupon_id=phone.taken(phone.batch(), other).id)
    whole = composing.letter

    with monkeypatch.context() as patched:
        patched.setattr(composing, "letter", lambda one, desk: fails() if one.id == message.id else whole(one, desk))
        sending.run(clock.tools(), seconds=0)

    found = Message.objects.get(id=message.id)
    assert (found.state, found.attempts, found.charge, found.due_at > NOW) == ("queued", 0, "held", True)
    assert Message.objects.get(id=fine.id).state == "accepted"
    clock.now = found.due_at
    sending.run(clock.tools(), seconds=0)
    assert Message.objects.get(id=message.id).state == "accepted"


def test_a_round_of_which_nothing_can_be_made_waits_again_whole(whatsapp, phone, message, clock, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(composing, "desk", fails)
        sending.run(clock.tools(), seconds=0)

    found = Message.objects.get(id=message.id)
    assert (found.state, found.attempts, found.turn, found.charge) == ("queued", 0, 1, "held")
    clock.now = found.due_at
    sending.run(clock.tools(), seconds=0)
    assert (Message.objects.get(id=message.id).state, len(whatsapp.messages(TO))) == ("accepted", 1)


NOT_POSTED = {
    # what is written down of a message that is not posted: what its letter says, the call that fails
    "given up": (composing.CannotSend("coupon_gone"), "failed"),
    "not drawn": (composing.CannotDraw(), "not_drawn"),
    "not now": (composing.NotNow("no_template"), "put_back"),
    "broken": (ValueError("odd"), "put_back"),
}


@pytest.mark.parametrize("what", NOT_POSTED)
@pytest.mark.parametrize("times", [sending.TRIES - 1, sending.TRIES])
def test_one_row_that_is_held_leaves_the_others_of_the_round_alone(
    whatsapp, phone, message, clock, monkeypatch, what, times
):
    other = factories.make_customer(phone="+966512345679")
    fine = phone.queued(customer_id=other.id, coupon_id=phone.taken(phone.batch(), other).id)
    error, name = NOT_POSTED[what]
    whole = composing.letter

    def letter(one, desk):
        if one.id == message.id:
            raise error
        return whole(one, desk)

    with monkeypatch.context() as patched:
        patched.setattr(composing, "letter", letter)
        patched.setattr(outcomes, name, held_for(times, getattr(outcomes, name)))
        sending.run(clock.tools(), seconds=0)

    kept = {"given up": "failed"}.get(what, "queued")
    assert Message.objects.get(id=message.id).state == ("sending" if times == sending.TRIES else kept)
    assert Message.objects.get(id=fine.id).state == "accepted"
