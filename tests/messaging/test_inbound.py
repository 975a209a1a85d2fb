"""What people write, and what they switch at Meta: whose numbers these are, and that STOP is obeyed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from messaging.choices import Trigger
from messaging.consent.queries import register
from messaging.meta.news import Inbound, Preference
from messaging.models import Contact, Message
from messaging.models.contact import WINDOW
from messaging.services import inbound
from tests.factories import NOW
from tests.messaging.test_statuses import under_way

MINUTE = dt.timedelta(minutes=1)


def test_somebody_who_hides_the_number_is_known_by_whom_we_wrote_to(phone):
    customer = phone.customer(phone="+966511112222")
    message = under_way(phone.queued(customer_id=customer.id))
    Message.objects.filter(id=message.id).update(user_id="SA.77")

    inbound.receive(
        Inbound(wamid="w", phone="", user_id="SA.77", name="", at=NOW, kind="text", text="STOP", context_wamid=""),
        now=NOW,
    )

    assert register.is_stopped(bytes(customer.phone_index))


def test_somebody_who_hides_the_number_opens_its_window_where_we_know_whose_it_is(phone):
    customer = phone.customer(phone="+966511112222")
    message = under_way(phone.queued(customer_id=customer.id))
    Message.objects.filter(id=message.id).update(user_id="SA.77", wamid="wamid.ours")
    unknown = Inbound(wamid="w", phone="", user_id="SA.99", name="", at=NOW, kind="text", text="hi", context_wamid="")

    inbound.receive(replace(unknown, user_id="SA.77"), now=NOW)
    inbound.receive(replace(unknown, user_id="SA.88", context_wamid="wamid.ours"), now=NOW)
    inbound.receive(unknown, now=NOW)

    assert [bytes(one.phone_index) for one in Contact.objects.all()] == [bytes(customer.phone_index)]


def test_a_late_start_does_not_lift_a_newer_stop(phone):
    customer = phone.customer(phone="+966511112222")

    inbound.receive(wrote("STOP", at=NOW), now=NOW)
    inbound.receive(wrote("START", at=NOW - MINUTE), now=NOW + MINUTE)

    assert register.is_stopped(bytes(customer.phone_index))


def wrote(text, phone="+966511112222", at=NOW):
    return Inbound(
        wamid="wamid.in", phone=phone, user_id="SA.1", name="Carl", at=at, kind="text", text=text, context_wamid=""
    )


@pytest.mark.parametrize("word", ["STOP", "stop.", "إيقاف", "ايقاف"])
def test_stop_stops_that_number_for_every_merchant(phone, word):
    customer = phone.customer(phone="+966511112222")

    inbound.receive(wrote(word), now=NOW)

    assert register.is_stopped(bytes(customer.phone_index))
    assert register.may_write(phone.merchant_id, [customer.id]) == set()


def test_writing_opens_the_window_and_keeps_no_words(phone):
    inbound.receive(wrote("hello"), now=NOW + MINUTE)
    inbound.receive(wrote("late news", at=NOW - MINUTE), now=NOW + MINUTE)

    (contact,) = Contact.objects.all()
    assert contact.last_in_at == NOW


def test_who_wrote_is_forgotten_when_the_window_has_closed(phone):
    inbound.receive(wrote("hello"), now=NOW)

    assert (inbound.forget(now=NOW + WINDOW), inbound.forget(now=NOW + WINDOW + MINUTE)) == (0, 1)
    assert not Contact.objects.exists()


def test_metas_own_switch_is_obeyed_and_lifted_by_itself_only(phone):
    customer = phone.customer(phone="+966511112222")
    index = bytes(customer.phone_index)

    inbound.prefer(Preference(phone="+966511112222", user_id="", value="stop", at=NOW), now=NOW)
    inbound.receive(wrote("START"), now=NOW)
    stopped = register.is_stopped(index)
    inbound.prefer(Preference(phone="+966511112222", user_id="", value="resume", at=NOW), now=NOW)

    assert (stopped, register.is_stopped(index)) == (True, False)


@pytest.mark.parametrize("known_by", ["answered message", "user id"])
def test_stop_counts_for_the_number_we_wrote_to_where_whatsapp_writes_it_in_its_own_way(phone, known_by):
    """Mexico: claimed with +52 55…, and WhatsApp says +521 55…."""
    customer = phone.customer(phone="+525512345678")
    message = under_way(phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id))
    Message.objects.filter(id=message.id).update(wamid="wamid.mx", user_id="MX.1")
    by = {"user_id": "MX.1"} if known_by == "user id" else {"context_wamid": "wamid.mx"}
    said = replace(wrote("STOP"), phone="+5215512345678", **{"user_id": "", "context_wamid": "", **by})

    inbound.receive(said, now=NOW)
    stopped = register.is_stopped(bytes(customer.phone_index))
    inbound.receive(replace(said, text="START"), now=NOW)

    assert (stopped, register.is_stopped(bytes(customer.phone_index))) == (True, False)
