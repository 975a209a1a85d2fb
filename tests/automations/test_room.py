"""Meta's limit on people in a day, numbers that rest and texts that are lost: nobody is queued in vain, and nobody is
missed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache

from merchants import models as m
from messaging.automations.models import Campaign, Occasion
from messaging.automations.services import forecasts, opening, pausing
from messaging.choices import State
from messaging.meta.models import MessageTemplate, MetaAccount, Sender
from messaging.models import Message
from messaging.services import allowance, outcomes, sending, sweeping
from tenants.queries import sites
from tenants.walls import wall
from tests import cluster
from tests.automations.cast import automation, born, campaign, run, work, work_out, written_to
from tests.factories import DAY, NOW
from tests.messaging.cast import Clock, connect, open_phone
from tests.messaging.conftest import proved
from tests.standins import whatsapp, whatsapp_process

__all__ = ["proved", "whatsapp", "whatsapp_process"]
HOUR = dt.timedelta(hours=1)


def numbers(**fields):
    with wall(sites.console(), "master"):
        Sender.objects.update(**fields)


def another_day(now):
    """What is kept for seconds is forgotten."""
    cache.clear()
    return now


def send(moment):
    """What is due goes out, and Meta says that it was sent."""
    sending.run(moment.tools())
    for message in Message.objects.filter(state="accepted"):
        outcomes.arrived(message, turn=message.turn, state=State.SENT, at=moment.now, now=moment.now)


def test_what_a_person_paused_takes_no_room_from_the_others(phone):
    numbers(users_per_day=250)
    one = campaign(phone, phone.batch(300))
    phone.top_up(300)
    for number in range(120):
        phone.customer(phone=f"+9665{number:08}")
    work()
    assert allowance.left(phone.merchant_id, now=NOW) == 0
    one.refresh_from_db()
    pausing.pause_campaign(one, "by_hand", actor=opening.ACTOR, now=NOW)

    assert allowance.left(phone.merchant_id, now=NOW) == 100


@pytest.mark.usefixtures("plain_pictures", "proved")
def test_everybody_gets_it_once_within_the_days_limit_and_nobody_is_missed(phone, whatsapp):
    """Two sites and two merchants at 50 people a day: four fifths are for this, so 10 a day for each of the four.

    No more people than that: all of it is one transaction, of whose rows the planner knows nothing.
    """
    whatsapp.add_site(phone.shop.site)
    connect(cluster.site("main"))
    numbers(users_per_day=50)
    phone.top_up(50)
    one = campaign(phone, phone.batch(60, claim_until=NOW + 30 * DAY))
    people = {phone.customer(phone=f"+9665{number:08}").id for number in range(60)}
    moment, sent, queued = Clock(), [], []

    for day in range(7):
        moment.now = another_day(NOW + day * DAY + day * HOUR / 10)
        work(moment.now)
        queued.append(Message.objects.filter(state="queued").count())
        send(moment)
        sent.append(Message.objects.filter(state="sent").count())
        while sweeping.sweep(now=moment.now + DAY - HOUR):
            pass

    one.refresh_from_db()
    assert queued == [10] * 6 + [0]
    assert sent == [*range(10, 61, 10), 60]
    assert one.state == "done"
    assert set(Message.objects.values_list("customer_id", "state")) == {(key, "sent") for key in people}
    assert len(written_to()) == Occasion.objects.count() == one.opened == one.total == 60
    assert phone.wallet("wa_bi") == (0, 0)
    assert m.Coupon.objects.filter(batch=one.batch, state="taken").count() == 60


def test_without_looking_at_the_limit_most_would_wait_in_vain(phone, monkeypatch):
    """The control: what happens to those who are queued and cannot go."""
    numbers(users_per_day=25)
    monkeypatch.setattr(allowance, "left", lambda *_who, now: None)
    campaign(phone)
    for _ in range(10):
        phone.customer()

    work()
    while sweeping.sweep(now=NOW + 3 * DAY):
        pass

    assert set(Message.objects.values_list("state", "error")) == {("failed", "never_posted")}


def test_what_waits_counts_and_so_do_other_merchants(phone):
    numbers(users_per_day=25)  # 20 for this; one site, so 10 for each of two merchants
    first, other = phone.merchant_id, open_phone(phone.shop.site, brand="Sam's")
    third = open_phone(phone.shop.site, brand="Third's")
    assert [allowance.left(first, now=NOW), allowance.a_day(first, now=NOW)] == [10, 10]

    for shop in (phone, other):
        for _ in range(3):
            shop.queued("campaign", batch_id=shop.batch().id, customer_id=shop.customer().id)

    assert [allowance.left(shop.merchant_id, now=NOW) for shop in (phone, other)] == [7, 7]
    assert allowance.left(third.merchant_id, now=NOW) == allowance.a_day(third.merchant_id, now=NOW) == 6


def test_an_automation_opens_as_many_as_the_day_has_room_for(phone):
    numbers(users_per_day=10)  # 8, and half of it for one
    automation(phone, days_before=3)
    for _ in range(6):
        born(phone, 3, 4)

    assert [run().sent, run().sent] == [4, 0]
    Message.objects.update(state="sent", claimed_at=NOW)
    assert [run(another_day(NOW + DAY - HOUR)).sent, run(another_day(NOW + DAY + HOUR)).sent] == [0, 2]


@pytest.mark.parametrize("why", ["paused", "token", "text"])
def test_nobody_is_queued_while_nothing_goes_out_and_then_it_goes_on(phone, why):
    one = campaign(phone, scheduled_at=NOW - HOUR)
    automation(phone, batch=one.batch)
    born(phone, 3, 1)

    def break_it(*, broken):
        with wall(sites.console(), "master"):
            if why == "paused":
                Sender.objects.update(state="paused" if broken else "on")
            elif why == "token":
                MetaAccount.objects.update(state="token_dead" if broken else "ok")
            else:
                MessageTemplate.objects.update(status="PENDING" if broken else "APPROVED")

    break_it(broken=True)
    work()
    assert written_to() == []

    break_it(broken=False)
    work_out()
    assert len(written_to()) == 1  # one coupon for each: the birthday came first
    one.refresh_from_db()
    assert one.state == "done"


@pytest.mark.parametrize("why", ["paused", "text"])
def test_a_campaign_under_way_stops_between_two_portions(phone, monkeypatch, why):
    monkeypatch.setattr("messaging.automations.services.campaigning.PORTION", 2)
    one = campaign(phone)
    for _ in range(4):
        phone.customer()
    really = opening.open_for

    def stop_after(*args, **kwargs):
        what = really(*args, **kwargs)
        if why == "paused":
            numbers(state="paused")
        else:
            with wall(sites.console(), "master"):
                MessageTemplate.objects.update(status="DISABLED")
        return what

    monkeypatch.setattr(opening, "open_for", stop_after)
    work()

    one.refresh_from_db()
    assert len(written_to()) == 2
    assert (one.state, one.pause_reason) == (("running", "") if why == "paused" else ("paused", "template"))


class TestComingAgain:
    """A message that waited too long and never was at Meta leaves its occasion free."""

    def expire(self, after=3 * DAY):
        while sweeping.sweep(now=NOW + after):
            pass

    def test_a_campaign_writes_again_while_it_runs(self, phone):
        one = campaign(phone)
        carl = phone.customer()
        work()
        self.expire()
        lost = Message.objects.get()
        assert (lost.state, lost.error, lost.charge) == ("failed", "never_posted", "released")
        assert phone.wallet("wa_bi") == (10, 10)

        work_out(NOW + 3 * DAY)

        lost.refresh_from_db()
        one.refresh_from_db()
        assert written_to() == [carl.id, carl.id]
        assert (lost.error, Occasion.objects.count(), one.opened, one.state) == ("sent_later", 1, 1, "done")

    def test_it_is_not_done_while_somebody_waits(self, phone):
        one = campaign(phone)
        phone.customer()
        work()
        run()
        one.refresh_from_db()
        assert one.state == "running"

        Message.objects.update(state="sent")
        run(NOW + DAY)
        one.refresh_from_db()
        assert (one.state, one.finished_at) == ("done", NOW + DAY)

    @pytest.mark.parametrize(("days", "again"), [(3, 1), (30, 0)])
    def test_an_automation_writes_again_while_the_occasion_is_due(self, phone, days, again):
        automation(phone, days_before=10, batch=phone.batch(9, claim_until=NOW + 99 * DAY))
        born(phone, 3, 9)
        assert run().sent == 1
        self.expire()

        assert run(NOW + days * DAY).sent == again

    def test_what_meta_refused_before_had_its_chance(self, phone):
        automation(phone, days_before=10)
        born(phone, 3, 9)
        run()
        Message.objects.update(attempts=1)
        self.expire()

        assert Message.objects.get().error == "expired"
        assert run(NOW + 3 * DAY).sent == 0

    def test_one_that_was_paused_for_days_goes_on_where_it_stopped(self, phone):
        one = campaign(phone)
        phone.customer()
        work()
        pausing.pause_campaign(one, "by_hand", actor=phone.shop.owner, now=NOW)
        self.expire()
        pausing.resume_campaign(campaign=Campaign.objects.get(), actor=phone.shop.owner, now=NOW + 3 * DAY)

        work_out(NOW + 3 * DAY)

        assert len(written_to()) == 2
        assert Campaign.objects.get().state == "done"


@pytest.mark.parametrize(
    ("users", "cap", "people", "said"),
    [(None, 2000, 1500, None), (None, 500, 1500, (500, 2, False)), (None, 500, 1501, (500, 3, False)),
     (250, 2000, 100, None), (250, 2000, 500, (100, 4, True)), (250, 50, 500, (50, 9, False))],
)  # fmt: skip
def test_how_long_it_takes(phone, users, cap, people, said):
    numbers(users_per_day=users)  # 200 of 250 for this; 100 for one of two merchants
    draft = campaign(phone, state="draft", daily_cap=cap, scheduled_at=NOW + DAY)

    found = forecasts.of_campaign(draft, phone.shop.merchant, people, now=NOW)

    told = found and (found.a_day, (found.until - (NOW + DAY).date()).days, found.by_whatsapp)
    assert told == said


def test_one_that_begins_today_has_only_what_is_left_of_the_day(phone):
    numbers(users_per_day=10)  # 4 a day
    for _ in range(3):
        message = phone.queued("campaign", batch_id=phone.batch().id, customer_id=phone.customer().id)
        Message.objects.filter(id=message.id).update(state="sent", claimed_at=NOW)
    draft = campaign(phone, state="draft", scheduled_at=None)

    found = forecasts.of_campaign(draft, phone.shop.merchant, 4, now=NOW)

    assert (found.a_day, found.until) == (4, NOW.date() + DAY)


def test_under_way_only_what_is_left_of_today_counts_for_today(phone):
    numbers(users_per_day=10)  # 4 a day
    one = campaign(phone)
    for _ in range(6):
        phone.customer()
    work()
    one.refresh_from_db()

    found = forecasts.of_campaign(one, phone.shop.merchant, 2, now=NOW)

    assert (found.a_day, found.until) == (4, NOW.date() + DAY)
