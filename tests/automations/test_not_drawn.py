"""A coupon's picture that cannot be made, or that Meta refuses: what sent it rests, and nobody misses anything."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io

import pytest
from PIL import Image

from kernel.models import OutboxEvent
from merchants import models as m
from merchants.paper.defaults import default_layout
from merchants.paper.face import TextTooLong
from messaging import festivals
from messaging.automations.models import Occasion
from messaging.automations.services import pausing, trying
from messaging.choices import PURPOSE_OF, Trigger
from messaging.models import Message
from messaging.services import composing, outcomes, pictures, sending
from tests.automations.cast import automation, born, campaign, run
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver
from tests.messaging.cast import JOB, Clock
from tests.messaging.conftest import proved
from tests.standins import whatsapp, whatsapp_process

__all__ = ["proved", "whatsapp", "whatsapp_process"]
TO = "+966500000077"
KINDS = ("birthday", "recall", "festival", "reminder", "campaign")
BROKEN = ("layout", "stamp", "meta")
pytestmark = pytest.mark.usefixtures("proved")


@pytest.fixture
def drawing(phone, whatsapp, monkeypatch):
    """Pictures without their drawing; `drawing(how)` breaks them, `drawing("")` mends them."""
    whatsapp.connect()
    whatsapp.add_site(phone.shop.site)
    jpeg = io.BytesIO()
    Image.new("RGB", (9, 9)).save(jpeg, "JPEG")
    sheet = pictures.Sheet(b"", default_layout(1000, 500))
    how = {"broken": ""}

    def lay_out(*_what):
        if how["broken"] == "layout":
            raise TextTooLong("The text does not fit its frame.", field="texts.0")
        return sheet

    def draw(_drawing):
        if how["broken"] == "stamp":
            raise OSError("no space left on device")
        return jpeg.getvalue()

    def become(broken, times=2):
        how["broken"] = broken
        if broken == "meta":
            whatsapp.control("fault", path="/media", times=times, code=131053)

    monkeypatch.setattr(composing.pictures, "sheet", lay_out)
    monkeypatch.setattr(pictures.Drawing, "jpeg", draw)
    return become


@pytest.fixture
def moment():
    return Clock()


def send(moment):
    """Twice, a minute apart: each picture has two tries."""
    for _ in range(2):
        sending.run(moment.tools(), seconds=0)
        moment.now += dt.timedelta(minutes=1)


def due(phone, kind):
    """One of a kind that is on, and one customer who is due for it."""
    if kind == "reminder":
        coupon = phone.taken(phone.batch(), phone.customer(phone=TO))
        m.Coupon.objects.filter(id=coupon.id).update(use_until=NOW + 2 * DAY, taken_at=NOW - 5 * DAY)
        return automation(phone, kind)
    born(phone, 3, 1, phone=TO)
    if kind == "campaign":
        return campaign(phone)
    if kind == "recall":
        m.MerchantCustomer.objects.update(last_at=NOW - 31 * DAY)
    if kind == "festival":
        return automation(phone, kind, batch=phone.batch())
    return automation(phone, kind)


def begin(kind, now=NOW):
    run(now)
    if kind == "campaign":
        deliver("job.campaign.send", now=now)


def resume(row, kind):
    row.refresh_from_db()
    act, name = (pausing.resume_campaign, "campaign") if kind == "campaign" else (pausing.resume, "automation")
    act(**{name: row}, actor=JOB, now=NOW)


@pytest.mark.parametrize(("kind", "broken"), [*((kind, "layout") for kind in KINDS), ("birthday", "stamp"),
                                              ("birthday", "meta"), ("campaign", "meta")])  # fmt: skip
def test_what_cannot_be_drawn_rests_costs_nothing_and_comes_again(
    phone, whatsapp, drawing, moment, mailoutbox, kind, broken, monkeypatch
):
    if kind == "festival":
        monkeypatch.setattr("messaging.automations.queries.recipients.festivals_due", _a_festival)
    drawing(broken)
    row = due(phone, kind)
    begin(kind)
    send(moment)

    lost = Message.objects.get()
    assert (lost.state, lost.error, lost.charge, lost.trigger) == ("failed", "not_drawn", "released", kind)
    assert phone.wallet("wa_bi") == (10, 10)
    assert set(m.Coupon.objects.values_list("state", flat=True)) == {"available"} | (
        {"taken"} if kind == "reminder" else set()
    )
    assert whatsapp.messages(TO) == []

    deliver("message.not_drawn", now=moment.now)
    row.refresh_from_db()
    assert (row.state, row.pause_reason) == ("paused", "not_drawn")
    deliver("campaign.paused" if kind == "campaign" else "automation.paused", now=moment.now)
    assert "picture" in mailoutbox[0].body
    begin(kind)
    assert Message.objects.count() == 1

    drawing("")
    resume(row, kind)
    begin(kind)
    send(moment)
    (got,) = whatsapp.messages(TO)
    assert got["body"]["template"]["name"].startswith(kind)
    assert Occasion.objects.count() == 1
    lost.refresh_from_db()
    assert lost.error == "sent_anew"
    begin(kind)
    assert Message.objects.count() == 2
    if kind == "campaign":
        row.refresh_from_db()
        assert (row.state, row.opened) == ("done", 1)


def _a_festival(*_what):
    """One that falls on this day."""
    (one, *_later) = festivals.occurrences("SA", start=dt.date(2026, 1, 1), end=dt.date(2027, 1, 1))
    return [dataclasses.replace(one, day=NOW.date())]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_claim_goes_out_in_words_then(phone, whatsapp, drawing, moment, broken):
    drawing(broken)
    customer = phone.customer(phone=TO)
    phone.queued(customer_id=customer.id, coupon_id=phone.taken(phone.batch(), customer).id)

    send(moment)

    (got,) = whatsapp.messages(TO)
    assert got["body"]["template"]["name"].startswith("coupon_text")
    assert Message.objects.get().state == "accepted"


@pytest.mark.parametrize("broken", BROKEN)
def test_a_picture_that_fails_once_is_tried_once_more(phone, whatsapp, drawing, moment, broken):
    drawing(broken, times=1)
    row = due(phone, "birthday")
    begin("birthday")
    sending.run(moment.tools(), seconds=0)
    drawing("")
    moment.now += dt.timedelta(minutes=1)
    sending.run(moment.tools(), seconds=0)

    row.refresh_from_db()
    assert (row.state, len(whatsapp.messages(TO))) == ("on", 1)
    assert not OutboxEvent.objects.filter(topic=outcomes.NOT_DRAWN_NEWS).exists()


def test_a_test_that_cannot_be_drawn_gives_its_credit_back_and_pauses_nothing(phone, drawing, moment):
    drawing("layout")
    row = automation(phone)
    trying.send_test(
        merchant=phone.shop.merchant, purpose=PURPOSE_OF[Trigger.BIRTHDAY], language="en", batch_id=row.batch_id,
        phone=TO, actor=phone.shop.owner, now=NOW,
    )  # fmt: skip

    send(moment)

    assert (Message.objects.get().error, phone.wallet("wa_bi")) == ("not_drawn", (10, 10))
    assert not OutboxEvent.objects.filter(topic=outcomes.NOT_DRAWN_NEWS).exists()


def test_late_news_of_a_picture_does_not_stop_what_sent_another_meanwhile(phone, drawing, moment):
    drawing("layout")
    row = due(phone, "birthday")
    begin("birthday")
    send(moment)
    drawing("")
    begin("birthday")

    deliver("message.not_drawn", now=moment.now)

    row.refresh_from_db()
    assert (row.state, Message.objects.count()) == ("on", 2)


def test_one_of_two_workers_sends_it_anew(phone, drawing, moment):
    drawing("layout")
    due(phone, "birthday")
    begin("birthday")
    send(moment)
    occasion = Occasion.objects.get()

    assert outcomes.sent_anew(occasion.id) == Message.objects.get().id
    assert outcomes.sent_anew(occasion.id) is None
