"""Paused, its queued messages wait; cancelled or switched off, they are taken back."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from kernel.models import OutboxEvent
from merchants import models as m
from messaging.automations.models import Campaign
from messaging.automations.services import campaigns, pausing, retracting, switching
from messaging.choices import State
from messaging.models import Message
from messaging.services import sending
from tenants.walls import wall
from tests.automations.cast import automation, born, campaign, run, work, written_to
from tests.factories import NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB, Clock
from tests.messaging.conftest import proved
from tests.standins import whatsapp, whatsapp_process

__all__ = ["proved", "whatsapp", "whatsapp_process"]
MINUTES = dt.timedelta(minutes=11)
TO = "+966500000077"


@pytest.fixture
def moment(phone, whatsapp):
    whatsapp.add_site(phone.shop.site)
    return Clock()


def waiting(phone, kind):
    """One of a kind with a message in the queue."""
    if kind == "campaign":
        row = campaign(phone)
        phone.customer(phone=TO)
    else:
        row = automation(phone)
        born(phone, 3, 1, phone=TO)
    work()
    assert Message.objects.get().state == "queued"
    return type(row).objects.get()


def pause(row, reason="by_hand", now=NOW):
    act = pausing.pause_campaign if isinstance(row, Campaign) else pausing.pause
    assert act(row, reason, actor=JOB, now=now)


@pytest.mark.parametrize("kind", ["birthday", "campaign"])
def test_paused_by_hand_its_messages_wait_and_resumed_they_go(phone, whatsapp, moment, kind):
    row = waiting(phone, kind)
    pause(row)

    for _ in range(3):
        sending.run(moment.tools())
        moment.now += MINUTES
    message = Message.objects.get()
    assert (message.state, message.attempts, message.turn, len(message.history)) == ("queued", 0, 0, 1)
    assert moment.now == NOW + 3 * MINUTES  # nobody slept or turned in circles
    assert whatsapp.messages(TO) == []

    row.refresh_from_db()
    resume = {"campaign": row} if kind == "campaign" else {"automation": row}
    moment.now -= MINUTES / 2  # it was put off until later, and goes all the same
    with phone.shop.open():
        act = pausing.resume_campaign if kind == "campaign" else pausing.resume
        act(**resume, actor=phone.shop.owner, now=moment.now)
    sending.run(moment.tools())
    assert len(whatsapp.messages(TO)) == 1


def test_going_on_leaves_what_meta_put_off_where_it_is(phone, moment):
    row = waiting(phone, "campaign")
    pause(row)
    Message.objects.update(attempts=1, due_at=NOW + MINUTES / 2)
    row.refresh_from_db()

    pausing.resume_campaign(campaign=row, actor=JOB, now=NOW)

    assert Message.objects.get().due_at == NOW + MINUTES / 2


@pytest.mark.parametrize("reason", ["no_credits", "no_coupons"])
def test_what_pauses_by_itself_lets_go_what_it_has_queued(phone, whatsapp, moment, reason):
    pause(waiting(phone, "birthday"), reason)

    sending.run(moment.tools())

    assert len(whatsapp.messages(TO)) == 1


def test_those_of_others_go_out_meanwhile(phone, whatsapp, moment):
    """More paused ones than a round has room for, and all before the other's."""
    one = campaign(phone, phone.batch(60))
    phone.top_up(60)
    for _ in range(2 * sending.ROUND + 3):
        phone.customer()
    work()
    pause(Campaign.objects.get(id=one.id))
    carl = phone.customer(phone=TO)
    phone.queued("campaign", customer_id=carl.id, batch_id=phone.batch().id)

    sending.run(moment.tools())

    assert len(whatsapp.messages(TO)) == 1
    assert Message.objects.filter(state="queued", due_at__gt=NOW).count() == 2 * sending.ROUND + 3


@pytest.mark.usefixtures("proved")
def test_cancelled_what_was_not_sent_is_taken_back_in_portions(phone, monkeypatch):
    monkeypatch.setattr(retracting, "PORTION", 2)
    one = campaign(phone)
    for _ in range(6):
        phone.customer()
    work()
    gone = Message.objects.order_by("id").first()
    Message.objects.filter(id=gone.id).update(state="sending", claimed_at=NOW)

    campaigns.cancel(merchant=phone.shop.merchant, campaign_id=one.id, actor=phone.shop.owner, now=NOW)
    for _ in range(3):
        deliver(retracting.OFF)

    others = Message.objects.exclude(id=gone.id)
    assert set(others.values_list("state", "error", "charge")) == {("cancelled", "called_off", "released")}
    assert phone.wallet("wa_bi") == (10, 9)
    assert m.Coupon.objects.filter(state="held").count() == 1


def test_switched_off_and_on_again_who_was_taken_back_gets_it_after_all(phone):
    row = waiting(phone, "birthday")
    setting = {"batch_id": row.batch_id, "days_before": 0}

    def edit(*, on):
        switching.edit(
            merchant=phone.shop.merchant, kind="birthday", setting=switching.Setting(on=on, **setting),
            actor=phone.shop.owner, now=NOW,
        )  # fmt: skip

    edit(on=False)
    deliver(retracting.OFF)
    first = Message.objects.get()
    assert (first.state, first.error, phone.wallet("wa_bi")) == ("cancelled", "called_off", (10, 10))

    edit(on=True)
    assert run().sent == 1
    first.refresh_from_db()
    assert first.error == "sent_later"


def test_switched_on_again_before_it_was_heard_everything_stays(phone):
    row = waiting(phone, "birthday")
    retracting.call_off(row.id, now=NOW)

    deliver(retracting.OFF)

    assert Message.objects.get().state == "queued"


def test_who_puts_a_message_back_after_the_cancelling_does_not_send_it(phone, whatsapp, moment):
    one = waiting(phone, "campaign")
    Message.objects.update(state="sending", claimed_at=NOW, turn=1, attempts=1)
    campaigns.cancel(merchant=phone.shop.merchant, campaign_id=one.id, actor=phone.shop.owner, now=NOW)
    deliver(retracting.OFF)
    Message.objects.update(state="queued")

    sending.run(moment.tools())
    assert whatsapp.messages(TO) == []
    assert OutboxEvent.objects.get(topic=retracting.OFF, done_at=None).due_at == NOW + retracting.LOOK_AGAIN
    deliver(retracting.OFF)

    assert (Message.objects.get().state, phone.wallet("wa_bi")) == ("cancelled", (10, 10))
    assert not OutboxEvent.objects.filter(topic=retracting.OFF, done_at=None).exists()


def test_paused_and_sent_at_once_each_message_waits_or_is_out_and_none_is_both(race_phone, whatsapp):
    whatsapp.add_site(race_phone.shop.site)
    with race_phone.at_site():
        one = campaign(race_phone)
        for _ in range(8):
            race_phone.customer()
        work()
    barrier, errors = threading.Barrier(2), []

    def at_once(act):
        try:
            with wall(race_phone.shop.site, "site"):
                barrier.wait()
                act()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    acts = (lambda: sending.run(Clock().tools()), lambda: pause(one))
    threads = [threading.Thread(target=at_once, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    later = Clock()
    later.now = NOW + MINUTES
    with race_phone.at_site():
        before = set(Message.objects.exclude(state="queued").values_list("id", flat=True))
        sending.run(later.tools())
        assert set(Message.objects.exclude(state="queued").values_list("id", flat=True)) == before
        assert Message.objects.filter(state__in=[State.QUEUED, State.ACCEPTED]).count() == len(written_to()) == 8
        assert len(whatsapp.messages()) == len(before)
