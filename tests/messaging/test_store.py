"""The store of files does not answer: claims go out in words, what a business starts waits, and nothing ends of it."""

from __future__ import annotations

import datetime as dt

import pytest

from config.settings.storage import store_of
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from messaging.choices import Trigger
from messaging.models import Message
from messaging.services import composing, outcomes, queue, sending, sweeping
from tenants import files
from tests import cluster, factories
from tests.merchants.cast import picture

pytestmark = pytest.mark.usefixtures("proved")
TO = "+966512345678"


@pytest.fixture
def store(settings):
    """`store(False)` takes it away: its errors are those of an S3 that nobody connects to; `store(True)` brings it back."""
    kept = settings.STORAGES
    gone = store_of(f"http://key:secret@127.0.0.1:{cluster.own_port()}/coupons")

    def become(there):
        settings.STORAGES = kept if there else {**kept, "default": gone}

    return become


def claim(phone, batch=None, to=TO):
    customer = factories.make_customer(phone=to)
    return phone.queued(customer_id=customer.id, coupon_id=phone.taken(batch or phone.batch(), customer).id)


def gift(phone, **fields):
    customer = phone.customer(phone=TO)
    return phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id, **fields)


def send(clock):
    sending.run(clock.tools(), seconds=0)


def test_a_claim_goes_out_in_words(whatsapp, pictures, phone, clock, store):
    store(False)
    message = claim(phone)

    send(clock)

    assert Message.objects.get(id=message.id).state == "accepted"
    assert whatsapp.messages(TO)[0]["body"]["template"]["name"].startswith("coupon_text_")


def test_what_a_business_starts_waits_for_its_picture(whatsapp, pictures, phone, clock, store):
    store(False)
    message = gift(phone)
    for _ in range(3):
        send(clock)
        found = Message.objects.get(id=message.id)
        assert (found.state, found.attempts, found.charge) == ("queued", 0, "held")
        assert (found.due_at, found.history[-1][2]) == (clock.now + queue.AGAIN_AFTER, "not_drawn")
        clock.now = found.due_at
    store(True)
    send(clock)

    assert Message.objects.get(id=message.id).state == "accepted"
    assert whatsapp.messages(TO)[0]["shown"]["media"]
    assert not OutboxEvent.objects.filter(topic=outcomes.NOT_DRAWN_NEWS).exists()


def test_its_occasion_is_free_when_it_waited_too_long(whatsapp, pictures, phone, clock, store):
    store(False)
    message = gift(phone, occasion_id=uuid7())
    send(clock)

    sweeping.sweep(now=message.expires_at + dt.timedelta(minutes=1))

    assert Message.objects.get(id=message.id).error == "never_posted"
    assert phone.wallet("wa_bi") == (10, 10)


def test_a_store_that_is_down_is_asked_twice_a_round_and_no_more(whatsapp, pictures, phone, clock, store, monkeypatch):
    store(False)
    asked, whole = [], composing.pictures.sheet
    monkeypatch.setattr(composing.pictures, "sheet", lambda *what: asked.append(what) or whole(*what))
    messages = [claim(phone, to=f"{TO[:-1]}{place}") for place in range(4)]

    send(clock)

    assert len(asked) == composing.ENOUGH
    assert {Message.objects.get(id=one.id).state for one in messages} == {"accepted"}


def test_a_sheet_that_is_kept_needs_neither_the_merchants_picture_nor_the_store(phone, store, monkeypatch):
    batch, shop = phone.batch(), phone.shop
    batch.face = {**batch.face, "image": files.store(shop.site.id, "faces/a.png", picture())}
    lay_out = composing.pictures.sheet
    first = lay_out(batch, shop.merchant, shop.site)

    monkeypatch.setattr(composing.pictures.printing, "face", lambda *_what: pytest.fail("its picture was read again"))
    assert lay_out(batch, shop.merchant, shop.site) == first
    store(False)
    assert lay_out(batch, shop.merchant, shop.site) == first
