"""Whom a campaign is for: every part of a segment, and tags that are renamed or deleted meanwhile."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from merchants import models as m
from merchants.services import tags
from messaging.automations.queries import recipients
from messaging.automations.segments import BadSegment, Segment
from messaging.automations.services import campaigning
from tests import factories
from tests.automations.cast import campaign, run, seen, work, work_out, written_to
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver


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


class TestTags:
    def test_a_renamed_tag_is_followed_by_what_is_not_over(self, phone):
        carl = tagged(phone, "Regular")
        tagged(phone, "VIP")
        wanted = {"tags": ["VIP", "regular"], "language": "en"}
        draft, scheduled, done = (
            campaign(phone, segment=wanted, state=state) for state in ("draft", "scheduled", "done")
        )
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
        monkeypatch.setattr(campaigning, "PORTION", 1)
        expected = {tagged(phone, "VIP").id for _ in range(3)}
        phone.customer()
        one = campaign(phone, segment={"tags": ["VIP"]})
        run()
        deliver("job.campaign.send")
        rename(phone, "VIP", "Gold")

        work_out()

        one.refresh_from_db()
        assert (one.state, set(written_to()), len(written_to())) == ("done", expected, 3)

    def test_a_deleted_tag_finds_nobody_and_does_not_widen_it(self, phone):
        tagged(phone, "VIP")
        one = campaign(phone, segment={"tags": ["VIP"]})
        tags.delete(merchant=phone.shop.merchant, tag="VIP", actor=phone.shop.owner, now=NOW)

        work()

        one.refresh_from_db()
        assert (one.state, one.segment, written_to()) == ("done", {"tags": ["VIP"]}, [])
