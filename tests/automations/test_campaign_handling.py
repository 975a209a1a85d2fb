"""A campaign before it begins: its time, its confirmation, back to draft, and a copy."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from messaging.automations.models import Campaign
from messaging.automations.segments import Segment
from messaging.automations.services import campaigns, pausing
from messaging.automations.services.campaigns import Plan
from messaging.automations.services.switching import BadSetting
from tests.automations.cast import campaign, work, written_to
from tests.factories import DAY, NOW
from tests.messaging.cast import JOB

SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


@pytest.fixture
def act(phone):
    return {"merchant": phone.shop.merchant, "actor": phone.shop.owner, "now": NOW}


@pytest.mark.parametrize(
    ("begins", "refused"), [(None, False), (NOW, False), (NOW - MINUTE, True), (NOW - DAY, True), (NOW + DAY, False)]
)
def test_a_time_that_has_passed_is_refused_at_its_field(phone, act, begins, refused):
    plan = Plan(name="Spring", segment=Segment(), batch_id=phone.batch().id, scheduled_at=begins)
    act["now"] = NOW + 30 * SECOND  # the minute that was typed is not over

    if refused:
        with pytest.raises(BadSetting) as error:
            campaigns.save(plan=plan, **act)
        assert error.value.data["field"] == "scheduled_at"
        assert not Campaign.objects.exists()
    else:
        assert campaigns.save(plan=plan, **act).scheduled_at == begins


def test_none_begins_once_its_batch_has_ended(phone, act):
    batch = phone.batch(claim_until=NOW + 2 * DAY)
    plan = Plan(name="Spring", segment=Segment(), batch_id=batch.id, scheduled_at=NOW + 2 * DAY)

    with pytest.raises(BadSetting) as error:
        campaigns.save(plan=plan, **act)
    assert error.value.data["field"] == "scheduled_at"
    assert "until 3 March 2026" in str(error.value)

    draft = campaigns.save(plan=replace(plan, scheduled_at=NOW + DAY), **act)
    Campaign.objects.update(scheduled_at=NOW + 3 * DAY)
    with pytest.raises(BadSetting):
        campaigns.schedule(campaign_id=draft.id, **act)


def test_a_draft_whose_time_passed_meanwhile_does_not_begin_at_once(phone, act):
    draft = campaign(phone, state="draft", scheduled_at=NOW - DAY)

    with pytest.raises(BadSetting):
        campaigns.schedule(campaign_id=draft.id, **act)
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize("paused", [False, True])
def test_one_that_has_not_begun_goes_back_to_draft_and_is_not_sent(phone, act, paused):
    one = campaign(phone, scheduled_at=NOW + DAY)
    phone.customer()
    if paused:
        pausing.pause_campaign(one, "by_hand", actor=JOB, now=NOW)

    campaigns.unschedule(campaign_id=one.id, **act)
    work(NOW + 2 * DAY)

    one.refresh_from_db()
    assert (one.state, one.pause_reason, one.scheduled_at, written_to()) == ("draft", "", NOW + DAY, [])


@pytest.mark.parametrize("state", ["draft", "running", "done", "cancelled"])
def test_what_has_begun_or_is_over_does_not(phone, act, state):
    one = campaign(phone, state=state, started_at=NOW if state in {"running", "done"} else None)

    with pytest.raises(campaigns.WrongState):
        campaigns.unschedule(campaign_id=one.id, **act)
    one.refresh_from_db()
    assert one.state == state


def test_a_copy_is_a_draft_with_everything_but_the_time(phone, act):
    one = campaign(
        phone, state="done", started_at=NOW, opened=5, name="x" * 80, segment={"language": "ar"}, daily_cap=7,
        quiet_from=1, quiet_to=2,
    )  # fmt: skip

    made = campaigns.copy(campaign_id=one.id, **act)

    same = ("segment", "batch_id", "daily_cap", "quiet_from", "quiet_to", "merchant_id")
    assert [getattr(made, name) for name in same] == [getattr(one, name) for name in same]
    assert (made.state, made.scheduled_at, made.started_at, made.opened) == ("draft", None, None, 0)
    assert made.name == f"Copy of {'x' * 72}"
