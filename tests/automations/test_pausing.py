"""What makes an automation pause, and what it waits for: credits, coupons, its batch, its text."""

from __future__ import annotations

import datetime as dt

import pytest

from credits.services import ledger
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from merchants import models as m
from messaging.automations.models import Occasion
from messaging.automations.services import opening
from messaging.meta.models import MessageTemplate
from tenants.queries import sites
from tenants.walls import wall
from tests.automations.cast import automation, born, campaign, run, written_to
from tests.factories import DAY, NOW
from tests.messaging.cast import JOB


def test_out_of_credits_it_pauses_says_so_and_goes_on_when_there_are_some(phone):
    one = automation(phone)
    people = [born(phone, 3, 1) for _ in range(12)]

    done = run()

    one.refresh_from_db()
    assert (done.sent, done.paused) == (10, 1)
    assert (one.state, one.pause_reason) == ("paused", "no_credits")
    assert phone.wallet("wa_bi") == (10, 0)
    assert Occasion.objects.count() == 10
    assert m.Coupon.objects.filter(state="held").count() == 10
    assert OutboxEvent.objects.filter(topic="automation.paused").count() == 1
    assert run().sent == 0
    assert OutboxEvent.objects.filter(topic="automation.paused").count() == 1

    ledger.grant(merchant_id=phone.merchant_id, unit="wa_bi", amount=5, reason="more", actor=JOB, now=NOW, key=uuid7())
    assert run(NOW + dt.timedelta(minutes=10)).sent == 2
    one.refresh_from_db()
    assert one.state == "on"
    assert set(written_to()) == {person.id for person in people}


def test_out_of_coupons_it_pauses(phone):
    one = automation(phone, batch=phone.batch(2))
    for _ in range(3):
        born(phone, 3, 1)

    done = run()

    one.refresh_from_db()
    assert (done.sent, one.pause_reason) == (2, "no_coupons")
    assert phone.wallet("wa_bi") == (10, 8)


@pytest.mark.parametrize("fields", [{"claim_until": NOW}, {"state": "void"}, {"state": "expired"}, {"sold_out": True}])
def test_a_batch_that_is_over_pauses_it_before_anybody_is_due(phone, fields):
    one = automation(phone)
    m.Batch.objects.update(**fields)

    run()

    one.refresh_from_db()
    assert one.pause_reason == "no_coupons"


@pytest.mark.parametrize("fields", [{"state": "paused"}, {"starts_at": NOW + DAY}])
def test_a_batch_that_waits_is_waited_for(phone, fields):
    one = automation(phone)
    born(phone, 3, 1)
    m.Batch.objects.update(**fields)

    assert run().sent == 0
    one.refresh_from_db()
    assert one.state == "on"


def test_who_has_the_batchs_coupon_already_is_passed_over(phone):
    one = automation(phone)
    carl = born(phone, 3, 1)
    phone.taken(one.batch, carl)

    assert run().sent == 0


def test_without_an_approved_text_it_pauses(phone):
    one = automation(phone)
    with wall(sites.console(), "master"):
        MessageTemplate.objects.filter(purpose="birthday").update(status="REJECTED")

    run()

    one.refresh_from_db()
    assert one.pause_reason == "template"

    with wall(sites.console(), "master"):
        MessageTemplate.objects.filter(purpose="birthday").update(status="APPROVED")
    run()
    one.refresh_from_db()
    assert one.state == "on"


@pytest.mark.parametrize("status", ["PENDING", ""])
def test_a_text_in_review_is_waited_for(phone, status):
    one, two = automation(phone), campaign(phone)
    born(phone, 3, 1)
    with wall(sites.console(), "master"):
        MessageTemplate.objects.filter(purpose__in=["birthday", "campaign"]).update(status=status)

    assert run().sent == 0
    for row, state in ((one, "on"), (two, "scheduled")):
        row.refresh_from_db()
        assert row.state == state


def test_a_batch_that_is_paused_meanwhile_is_waited_for(phone, monkeypatch):
    one = automation(phone)
    people = {born(phone, 3, 1).id for _ in range(3)}
    really = opening.open_for

    def pause_after_the_first(*args, **kwargs):
        what = really(*args, **kwargs)
        m.Batch.objects.update(state="paused")
        return what

    with monkeypatch.context() as patched:
        patched.setattr(opening, "open_for", pause_after_the_first)
        assert run().sent == 1

    one.refresh_from_db()
    assert one.state == "on"
    m.Batch.objects.update(state="active")
    assert run().sent == 2
    assert set(written_to()) == people
