"""Campaigns: their segment, beginning in time, portions, pause, cap, and nobody twice."""

from __future__ import annotations

import pytest

from credits.services import ledger
from kernel.ids import uuid7
from kernel.models import Job, OutboxEvent
from kernel.services import jobs
from merchants import models as m
from messaging.automations.models import Automation, Occasion
from messaging.automations.segments import Segment
from messaging.automations.services import campaigning, campaigns, opening, pausing
from messaging.automations.services.campaigns import Plan
from messaging.automations.services.switching import BadSetting, NotForTemporary
from messaging.models import Message
from tests import factories
from tests.automations.cast import campaign, run, seen, work, work_out, written_to
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB


def test_it_begins_at_its_time_and_writes_to_everybody_once(phone):
    one = campaign(phone, scheduled_at=NOW + DAY)
    expected = {phone.customer().id for _ in range(3)}
    phone.customer(agrees=False)

    work()
    assert written_to() == []
    work(NOW + DAY)
    work_out(NOW + DAY)

    one.refresh_from_db()
    assert set(written_to()) == expected
    assert (one.state, one.total, one.opened, one.finished_at) == ("done", 3, 3, NOW + DAY)
    assert {message.trigger for message in Message.objects.all()} == {"campaign"}
    assert Job.objects.get().state == "done"
    assert phone.wallet("wa_bi") == (10, 7)


def test_large_ones_go_in_portions_each_an_event(phone, monkeypatch):
    monkeypatch.setattr(campaigning, "PORTION", 2)
    campaign(phone)
    expected = {phone.customer().id for _ in range(5)}

    work()

    assert set(written_to()) == expected
    assert len(written_to()) == 5
    assert OutboxEvent.objects.filter(topic="job.campaign.send").count() == 3


def test_a_portion_that_is_handed_over_twice_writes_to_nobody_twice(phone):
    campaign(phone)
    phone.customer()
    run()
    event = OutboxEvent.objects.get(topic="job.campaign.send")

    for _ in range(3):
        campaigning.send_portion(event, now=NOW)

    assert len(written_to()) == 1


def test_who_comes_into_the_segment_while_the_last_ones_wait_in_the_queue_is_too_late(phone):
    one = campaign(phone)
    first = phone.customer()
    work()
    phone.customer()

    work_out(NOW + DAY)

    one.refresh_from_db()
    assert (written_to(), one.state, one.reached_at) == ([first.id], "done", NOW)


def test_who_comes_while_others_are_still_to_be_written_to_gets_it(phone):
    campaign(phone, daily_cap=1)
    for _ in range(2):
        phone.customer()
    work()
    phone.customer()

    for day in (1, 2):
        work(NOW + day * DAY)

    assert len(written_to()) == 3


def test_the_daily_cap_spreads_it_over_days(phone):
    one = campaign(phone, daily_cap=2)
    for _ in range(5):
        phone.customer()

    counts = []
    for day in (0, 0, 1, 2, 3):
        work(NOW + day * DAY)
        counts.append(len(written_to()))
    work_out(NOW + 3 * DAY)

    one.refresh_from_db()
    assert counts == [2, 2, 4, 5, 5]
    assert one.state == "done"
    assert one.total == 5


def test_without_credits_it_pauses_and_goes_on_when_there_are_some(phone):
    one = campaign(phone)
    for _ in range(12):
        phone.customer()

    work()

    one.refresh_from_db()
    assert (one.state, one.pause_reason, len(written_to())) == ("paused", "no_credits", 10)
    assert OutboxEvent.objects.filter(topic="campaign.paused").count() == 1

    ledger.grant(merchant_id=phone.merchant_id, unit="wa_bi", amount=5, reason="more", actor=JOB, now=NOW, key=uuid7())
    work_out()
    one.refresh_from_db()
    assert (one.state, len(set(written_to())), len(written_to())) == ("done", 12, 12)


def test_its_batch_paused_midway_is_waited_for_and_then_it_goes_on(phone, monkeypatch):
    one = campaign(phone)
    expected = {phone.customer().id for _ in range(3)}
    really = opening.open_for

    def pause_after_the_first(*args, **kwargs):
        what = really(*args, **kwargs)
        m.Batch.objects.update(state="paused")
        return what

    with monkeypatch.context() as patched:
        patched.setattr(opening, "open_for", pause_after_the_first)
        work()

    one.refresh_from_db()
    assert (one.state, len(written_to())) == ("running", 1)
    work()
    assert len(written_to()) == 1
    m.Batch.objects.update(state="active")
    work_out()
    one.refresh_from_db()
    assert (one.state, set(written_to())) == ("done", expected)


def test_one_that_fails_does_not_keep_the_others_from_beginning(phone, monkeypatch):
    broken, whole = campaign(phone), campaign(phone)
    phone.customer()
    really = campaigning._start

    def fail_for_one(row, part, now):
        if row.id == broken.id:
            raise RuntimeError
        really(row, part, now)

    monkeypatch.setattr(campaigning, "_start", fail_for_one)
    work_out()

    for row, state in ((broken, "scheduled"), (whole, "done")):
        row.refresh_from_db()
        assert row.state == state


def test_paused_by_hand_it_stops_and_resumed_it_finishes(phone, monkeypatch):
    monkeypatch.setattr(campaigning, "PORTION", 1)
    one = campaign(phone)
    for _ in range(3):
        phone.customer()
    run()
    deliver("job.campaign.send")

    pausing.pause_campaign(one, "by_hand", actor=phone.shop.owner, now=NOW)
    work()
    paused_at = len(written_to())
    one.refresh_from_db()
    pausing.resume_campaign(campaign=one, actor=phone.shop.owner, now=NOW)
    work()

    assert paused_at == 1
    assert len(written_to()) == 3
    assert {job.state for job in Job.objects.all()} <= {"done", "cancelled"}


def test_cancelling_its_job_pauses_it(phone):
    one = campaign(phone)
    phone.customer()
    run()
    Job.objects.update(state="running")
    jobs.request_cancel(Job.objects.get(), now=NOW)
    deliver("job.campaign.send")

    one.refresh_from_db()
    assert (one.state, one.pause_reason, written_to()) == ("paused", "by_hand", [])
    assert Job.objects.get().state == "cancelled"


def test_resumed_before_the_pause_was_noticed_it_goes_on_as_one_job(phone, monkeypatch):
    monkeypatch.setattr(campaigning, "PORTION", 1)
    one = campaign(phone)
    for _ in range(3):
        phone.customer()
    run()
    deliver("job.campaign.send")
    pausing.pause_campaign(one, "by_hand", actor=phone.shop.owner, now=NOW)
    pausing.resume_campaign(campaign=one, actor=phone.shop.owner, now=NOW)

    work()

    assert len(written_to()) == 3
    assert sorted(Job.objects.values_list("state", flat=True)) == ["cancelled", "done"]


def test_cancelling_its_job_before_it_began_pauses_it_too(phone):
    one = campaign(phone)
    phone.customer()
    run()
    jobs.request_cancel(Job.objects.get(), now=NOW)
    work()

    one.refresh_from_db()
    assert (one.state, one.pause_reason, written_to()) == ("paused", "by_hand", [])


def test_a_cancelled_one_never_begins(phone):
    one = campaign(phone)
    phone.customer()
    campaigns.cancel(merchant=phone.shop.merchant, campaign_id=one.id, actor=phone.shop.owner, now=NOW)

    work()

    assert written_to() == []
    with pytest.raises(campaigns.WrongState):
        campaigns.cancel(merchant=phone.shop.merchant, campaign_id=one.id, actor=phone.shop.owner, now=NOW)


def test_an_automation_and_a_campaign_are_two_occasions(phone):
    Automation.objects.create(
        merchant=phone.shop.merchant, kind="recall", state="on", batch=phone.batch(), days=1, changed_at=NOW
    )
    carl = seen(phone, 5)
    campaign(phone)

    work()

    assert written_to() == [carl.id, carl.id]
    assert Occasion.objects.count() == 2


class TestDrafts:
    def plan(self, phone, **changed):
        return Plan(
            **{"name": "Spring", "segment": Segment(), "batch_id": phone.batch().id, "scheduled_at": None, **changed}
        )

    def test_a_draft_is_changed_scheduled_and_then_fixed(self, phone):
        act = {"merchant": phone.shop.merchant, "actor": phone.shop.owner, "now": NOW}
        draft = campaigns.save(plan=self.plan(phone), **act)
        campaigns.save(plan=self.plan(phone, name="Summer"), campaign_id=draft.id, **act)
        done = campaigns.schedule(campaign_id=draft.id, **act)

        assert (done.name, done.state, done.scheduled_at) == ("Summer", "scheduled", NOW)
        with pytest.raises(campaigns.WrongState):
            campaigns.save(plan=self.plan(phone), campaign_id=draft.id, **act)

    def test_foreign_batches_are_refused(self, phone):
        foreign = factories.make_batch(factories.make_merchant())
        act = {"merchant": phone.shop.merchant, "actor": phone.shop.owner, "now": NOW}
        for changed in ({"batch_id": foreign.id}, {"segment": Segment(claimed=str(foreign.id))}):
            with pytest.raises(BadSetting):
                campaigns.save(plan=self.plan(phone, **changed), **act)

    def test_temporary_merchants_have_none(self, phone):
        phone.shop.merchant.plan = "temporary"
        with pytest.raises(NotForTemporary):
            campaigns.save(plan=self.plan(phone), merchant=phone.shop.merchant, actor=phone.shop.owner, now=NOW)
