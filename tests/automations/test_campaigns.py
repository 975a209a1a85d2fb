"""Campaigns: their segment, beginning in time, portions, pause, cap, and nobody twice."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import AuditEvent
from credits.services import ledger
from kernel.ids import uuid7
from kernel.models import Job, OutboxEvent
from kernel.services import jobs
from merchants import models as m
from merchants.services import tags
from messaging.automations.models import Automation, Occasion
from messaging.automations.queries import recipients
from messaging.automations.segments import BadSegment, Segment
from messaging.automations.services import campaigns, opening, pausing, sending
from messaging.automations.services.campaigns import Plan
from messaging.automations.services.switching import BadSetting, NotForTemporary
from messaging.models import Message
from tests import factories
from tests.automations.cast import campaign, run, seen, written_to
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB


def work(now: dt.datetime = NOW) -> None:
    """The beat's run, then every portion."""
    run(now)
    while deliver("job.campaign.send", now=now):
        pass


def people(phone, wanted):
    one = campaign(phone, segment=wanted.to_json(), state="draft")
    rows = recipients.segment(one, phone.shop.merchant, one.wanted, now=NOW)
    return set(rows.values_list("customer_id", flat=True))


def tagged(phone, *given):
    """A customer who agreed, with these tags."""
    customer = phone.customer()
    put(phone, customer, *given)
    return customer


def put(phone, customer, *given):
    tags.put(merchant=phone.shop.merchant, customer_id=customer.id, tags=given, actor=phone.shop.owner, now=NOW)


def rename(phone, tag, to):
    tags.rename(merchant=phone.shop.merchant, tag=tag, to=to, actor=phone.shop.owner, now=NOW)


class TestSegment:
    def test_everybody_of_this_merchant_and_nobody_elses(self, phone):
        carl = phone.customer()
        factories.make_customer()

        assert people(phone, Segment()) == {carl.id}

    def test_last_visit(self, phone):
        today, week, month = (seen(phone, days) for days in (0, 7, 30))
        back = seen(phone, 90, used=1)

        assert people(phone, Segment(seen_within=7)) == {today.id, week.id, back.id}
        assert people(phone, Segment(away_for=7)) == {week.id, month.id}
        assert people(phone, Segment(seen_within=10, away_for=7)) == {week.id}

    def test_claimed_and_redeemed(self, phone):
        batch, other = phone.batch(), phone.batch()
        claimer, user, elsewhere = (phone.customer() for _ in range(3))
        phone.taken(batch, claimer)
        coupon = phone.taken(batch, user)
        phone.taken(other, elsewhere)
        m.Redemption.objects.create(
            merchant=phone.shop.merchant, coupon=coupon, batch=batch, actor_label="x", at=NOW, branch=None
        )

        assert people(phone, Segment(claimed=str(batch.id))) == {claimer.id, user.id}
        assert people(phone, Segment(redeemed=str(batch.id))) == {user.id}
        m.Redemption.objects.update(undone_at=NOW)
        assert people(phone, Segment(redeemed=str(batch.id))) == set()

    def test_city_and_language(self, phone):
        here, there = phone.customer(), phone.customer()
        phone.taken(phone.batch(city="riyadh"), here)
        phone.taken(phone.batch(city="jeddah"), there)
        m.Customer.objects.filter(id=there.id).update(language="ar")

        assert people(phone, Segment(cities=("jeddah",))) == {there.id}
        assert people(phone, Segment(cities=("jeddah", "riyadh"))) == {here.id, there.id}
        assert people(phone, Segment(language="ar")) == {there.id}

    def test_any_of_the_tags_however_they_are_spelled(self, phone):
        vip, late, both, none = (tagged(phone, *given) for given in (["VIP"], ["متأخر"], ["vip", "متأخر"], []))
        other = factories.make_merchant()
        m.MerchantCustomer.objects.create(
            merchant=other, customer=none, first_at=NOW, last_at=NOW, tags=["VIP"], tag_keys=["vip"]
        )

        assert people(phone, Segment(tags=("vIP",))) == {vip.id, both.id}
        assert people(phone, Segment(tags=("متأخر",))) == {late.id, both.id}
        assert people(phone, Segment(tags=("متأخر", "VIP"))) == {vip.id, late.id, both.id}
        assert people(phone, Segment(tags=("VIPs",))) == set()
        assert people(phone, Segment()) == {vip.id, late.id, both.id, none.id}

    def test_tags_and_other_parts_narrow_together(self, phone):
        batch = phone.batch(city="jeddah")
        vip, away, elsewhere = (tagged(phone, "VIP") for _ in range(3))
        for one in (vip, away):
            phone.taken(batch, one)
        m.MerchantCustomer.objects.filter(customer=away).update(last_at=NOW - 90 * DAY)
        phone.taken(batch, tagged(phone, "Late"))

        assert people(phone, Segment(tags=("VIP",), cities=("jeddah",), seen_within=30)) == {vip.id}
        assert people(phone, Segment(tags=("VIP",), claimed=str(batch.id), away_for=30)) == {away.id}
        assert elsewhere.id in people(phone, Segment(tags=("VIP",)))

    @pytest.mark.parametrize(
        "said",
        [{"cities": "riyadh"}, {"cities": [1]}, {"seen_within": 0}, {"seen_within": "7"}, {"away_for": True},
         {"claimed": "x"}, {"language": "fr"}, {"tags": "vip"}, {"tags": [1]}, {"tags": ["a,b"]}, {"tags": [""]}, {"taste": "x"}, {"seen_within": 7, "away_for": 30}],
    )  # fmt: skip
    def test_nonsense_is_refused(self, said):
        with pytest.raises(BadSegment):
            Segment.parse(said)

    def test_it_is_stored_as_it_was_said(self):
        wanted = Segment(cities=("riyadh",), seen_within=30, away_for=7, language="ar", tags=("VIP", "زبون دائم"))

        assert Segment.parse(wanted.to_json()) == wanted
        assert Segment.parse({"tags": ["VIP", " vip ", "Late"]}).to_json() == {"tags": ["VIP", "Late"]}
        assert Segment().to_json() == {}


def test_it_begins_at_its_time_and_writes_to_everybody_once(phone):
    one = campaign(phone, scheduled_at=NOW + DAY)
    expected = {phone.customer().id for _ in range(3)}
    phone.customer(agrees=False)

    work()
    assert written_to() == []
    work(NOW + DAY)
    work(NOW + DAY)

    one.refresh_from_db()
    assert set(written_to()) == expected
    assert (one.state, one.total, one.opened, one.finished_at) == ("done", 3, 3, NOW + DAY)
    assert {message.trigger for message in Message.objects.all()} == {"campaign"}
    assert Job.objects.get().state == "done"
    assert phone.wallet("wa_bi") == (10, 7)


def test_large_ones_go_in_portions_each_an_event(phone, monkeypatch):
    monkeypatch.setattr(sending, "PORTION", 2)
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
        sending.send_portion(event, now=NOW)

    assert len(written_to()) == 1


def test_the_daily_cap_spreads_it_over_days(phone):
    one = campaign(phone, daily_cap=2)
    for _ in range(5):
        phone.customer()

    counts = []
    for day in (0, 0, 1, 2, 3):
        work(NOW + day * DAY)
        counts.append(len(written_to()))

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
    work()
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
    work()
    one.refresh_from_db()
    assert (one.state, set(written_to())) == ("done", expected)


def test_one_that_fails_does_not_keep_the_others_from_beginning(phone, monkeypatch):
    broken, whole = campaign(phone), campaign(phone)
    phone.customer()
    really = sending._start

    def fail_for_one(row, left, now):
        if row.id == broken.id:
            raise RuntimeError
        really(row, left, now)

    monkeypatch.setattr(sending, "_start", fail_for_one)
    work()

    for row, state in ((broken, "scheduled"), (whole, "done")):
        row.refresh_from_db()
        assert row.state == state


def test_paused_by_hand_it_stops_and_resumed_it_finishes(phone, monkeypatch):
    monkeypatch.setattr(sending, "PORTION", 1)
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
    monkeypatch.setattr(sending, "PORTION", 1)
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


class TestTags:
    def test_a_renamed_tag_is_followed_by_what_is_not_over(self, phone):
        carl = tagged(phone, "Regular")
        tagged(phone, "VIP")
        wanted = {"tags": ["VIP", "regular"], "language": "en"}
        draft, scheduled, done = (campaign(phone, segment=wanted, state=state) for state in ("draft", "scheduled", "done"))
        plain = campaign(phone, state="draft", segment={"language": "ar"})

        rename(phone, "Regular", "زبون دائم")

        for row in (draft, scheduled, done, plain):
            row.refresh_from_db()
        for row in (draft, scheduled):
            assert row.segment == {"tags": ["VIP", "زبون دائم"], "language": "en"}
            assert carl.id in people(phone, row.wanted)
        assert (done.segment, plain.segment) == (wanted, {"language": "ar"})
        event = AuditEvent.objects.get(verb="campaign.edited", object_id=draft.id)
        assert event.after == {"tags": ["VIP", "زبون دائم"]}

    def test_two_that_become_one_are_one_in_the_segment(self, phone):
        tagged(phone, "Regular", "VIP")
        one = campaign(phone, segment={"tags": ["Regular", "VIP"]}, state="paused", pause_reason="by_hand")

        rename(phone, "Regular", "vip")

        one.refresh_from_db()
        assert one.segment == {"tags": ["vip"]}

    def test_another_merchants_campaign_stays(self, phone):
        tagged(phone, "VIP")
        other = factories.make_merchant()
        theirs = campaign(phone, factories.make_batch(other), merchant=other, segment={"tags": ["VIP"]})

        rename(phone, "VIP", "Gold")

        theirs.refresh_from_db()
        assert theirs.segment == {"tags": ["VIP"]}

    def test_renamed_midway_everybody_still_gets_it_once(self, phone, monkeypatch):
        monkeypatch.setattr(sending, "PORTION", 1)
        expected = {tagged(phone, "VIP").id for _ in range(3)}
        phone.customer()
        one = campaign(phone, segment={"tags": ["VIP"]})
        run()
        deliver("job.campaign.send")
        rename(phone, "VIP", "Gold")

        work()

        one.refresh_from_db()
        assert (one.state, set(written_to()), len(written_to())) == ("done", expected, 3)

    def test_a_deleted_tag_finds_nobody_and_does_not_widen_it(self, phone):
        tagged(phone, "VIP")
        one = campaign(phone, segment={"tags": ["VIP"]})
        tags.delete(merchant=phone.shop.merchant, tag="VIP", actor=phone.shop.owner, now=NOW)

        work()

        one.refresh_from_db()
        assert (one.state, one.segment, written_to()) == ("done", {"tags": ["VIP"]}, [])


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
