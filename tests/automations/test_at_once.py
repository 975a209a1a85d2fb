"""What is scheduled for now, or goes on, begins by its own news, and not ten minutes later."""

from __future__ import annotations

import pytest

from kernel.models import OutboxEvent
from messaging.automations.services import campaigns, pausing
from messaging.meta.models import Sender
from messaging.models import Message
from tenants.queries import sites
from tenants.walls import wall
from tests.automations.cast import automation, born, campaign, run, written_to
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB

GOES_ON = "automation.goes_on"


def schedule(phone, one, now=NOW):
    campaigns.schedule(merchant=phone.shop.merchant, campaign_id=one.id, actor=phone.shop.owner, now=now)


def test_a_campaign_for_now_begins_by_itself_once(phone):
    one, other = (campaign(phone, state="draft", scheduled_at=None) for _ in range(2))
    carl = phone.customer()
    schedule(phone, one)

    assert deliver(GOES_ON) == 1
    OutboxEvent.objects.filter(topic=GOES_ON).update(done_at=None)
    assert deliver(GOES_ON) == 1, "handed over twice"
    run()
    while deliver("job.campaign.send"):
        pass

    for row in (one, other):
        row.refresh_from_db()
    assert written_to() == [carl.id]
    assert (one.state, one.started_at, other.state) == ("running", NOW, "draft")
    assert OutboxEvent.objects.filter(topic="job.campaign.send").count() == 1


def test_one_for_later_is_looked_at_when_its_time_comes(phone):
    one = campaign(phone, state="draft", scheduled_at=NOW + DAY)
    phone.customer()
    schedule(phone, one)

    assert OutboxEvent.objects.get(topic=GOES_ON).due_at == NOW + DAY
    assert not OutboxEvent.objects.filter(topic="job.campaign.send").exists()
    deliver(GOES_ON, now=NOW + DAY)
    one.refresh_from_db()
    assert one.started_at == NOW + DAY


@pytest.mark.parametrize("why", ["unscheduled", "too early", "the number rests", "temporary"])
def test_what_may_not_begin_does_not(phone, why):
    one = campaign(phone, state="draft", scheduled_at=NOW + DAY)
    phone.customer()
    schedule(phone, one)
    if why == "unscheduled":
        campaigns.unschedule(merchant=phone.shop.merchant, campaign_id=one.id, actor=phone.shop.owner, now=NOW)
    elif why == "the number rests":
        with wall(sites.console(), "master"):
            Sender.objects.update(state="paused")
    elif why == "temporary":
        type(phone.shop.merchant).objects.update(plan="temporary")

    deliver(GOES_ON, now=NOW if why == "too early" else NOW + DAY)

    one.refresh_from_db()
    assert one.started_at is None


def test_a_campaign_that_goes_on_does_so_at_once(phone):
    one = campaign(phone)
    carl = phone.customer()
    run()
    pausing.pause_campaign(one, "by_hand", actor=JOB, now=NOW)
    deliver("job.campaign.send")
    one.refresh_from_db()
    assert (one.state, written_to()) == ("paused", [])

    pausing.resume_campaign(campaign=one, actor=phone.shop.owner, now=NOW)
    deliver(GOES_ON)
    deliver("job.campaign.send")

    assert written_to() == [carl.id]


def test_an_automation_that_goes_on_does_so_at_once_and_no_other(phone):
    one = automation(phone)
    automation(phone, "reminder")
    carl = born(phone, 3, 1)
    pausing.pause(one, "by_hand", actor=JOB, now=NOW)
    coupon = phone.taken(one.batch, phone.customer())
    type(coupon).objects.filter(id=coupon.id).update(use_until=NOW + DAY, taken_at=NOW - 5 * DAY)

    pausing.resume(automation=one, actor=phone.shop.owner, now=NOW)
    deliver(GOES_ON)

    assert written_to() == [carl.id]
    assert Message.objects.get().trigger == "birthday"
    assert OutboxEvent.objects.filter(topic="messages.due").exists(), "and the sender is called"
