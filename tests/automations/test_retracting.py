"""Whoever says STOP while a message waits for the morning does not get it; credit and coupon are free again."""

from __future__ import annotations

import pytest

from merchants import models as m
from messaging.consent.services import consent
from messaging.models import Message
from tests import factories
from tests.automations.cast import automation, born, run
from tests.factories import NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB, open_phone

PHONE = "+966500000077"


@pytest.fixture
def waiting(phone):
    """A greeting in the queue, its coupon held."""
    automation(phone)
    customer = born(phone, 3, 1, phone=PHONE)
    run()
    assert phone.wallet("wa_bi") == (10, 9)
    return customer


def is_taken_back(phone):
    message = Message.objects.get(trigger="birthday")
    states = (message.state, message.error, message.charge)
    return states == ("cancelled", "not_wanted", "released") and not m.Coupon.objects.filter(state="held").exists()


@pytest.mark.parametrize("source", ["keyword", "meta", "staff", "customer"])
def test_a_stop_takes_it_back(phone, waiting, source):
    consent.opt_out_number(phone=PHONE, source=source, now=NOW)
    deliver("consent.stopped")

    assert is_taken_back(phone)
    assert phone.wallet("wa_bi") == (10, 10)
    assert run().sent == 0


def test_a_withdrawal_takes_that_merchants_back_and_no_others(phone, waiting):
    other = open_phone(phone.shop.site, brand="Sam's")
    factories.make_optin(other.shop.merchant, waiting)
    kept = other.queued("campaign", customer_id=waiting.id, batch_id=other.batch().id)
    consent.withdraw(merchant_id=phone.merchant_id, customer_id=waiting.id, source="customer", now=NOW, actor=JOB)
    deliver("consent.withdrawn")

    message = Message.objects.get(trigger="birthday")
    assert (message.state, message.error, message.charge) == ("cancelled", "not_wanted", "released")
    kept.refresh_from_db()
    assert (kept.state, kept.coupon.state) == ("queued", "held")


def test_who_resumed_before_it_was_heard_keeps_it(phone, waiting):
    consent.opt_out_number(phone=PHONE, source="keyword", now=NOW)
    consent.resume_number(phone=PHONE, source="keyword", now=NOW)
    deliver("consent.stopped")

    assert Message.objects.get().state == "queued"


def test_what_is_under_way_or_somebody_elses_stays(phone, waiting):
    born(phone, 3, 1, phone="+966500000078")
    run()
    Message.objects.filter(customer=waiting).update(state="sending", claimed_at=NOW)
    consent.opt_out_number(phone=PHONE, source="keyword", now=NOW)
    deliver("consent.stopped")

    assert sorted(Message.objects.values_list("state", flat=True)) == ["queued", "sending"]


def test_what_the_person_asked_for_now_still_comes(phone):
    customer = phone.customer(phone=PHONE)
    coupon = phone.taken(phone.batch(), customer)
    phone.queued("resend", customer_id=customer.id, coupon_id=coupon.id)
    consent.opt_out_number(phone=PHONE, source="keyword", now=NOW)
    deliver("consent.stopped")

    assert Message.objects.get().state == "queued"
