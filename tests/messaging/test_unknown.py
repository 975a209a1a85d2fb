"""A message of which nobody knows what became: a figure of its own, and people are told, once and a day at most."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from kernel import clock as now_clock
from kernel.models import OutboxEvent
from messaging import tasks
from messaging.choices import Trigger
from messaging.models import Message
from messaging.services import outcomes, sweeping
from tests.factories import NOW
from tests.messaging.cast import JOB, open_phone
from tests.messaging.test_statuses import tell

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LATE = NOW + 2 * HOUR


@pytest.fixture
def staff(phone, staff_of):
    return staff_of("ada", "support")


def lost(phone, *, at=NOW, **fields):
    """A message whose sender died at this moment."""
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="unknown", claimed_at=at, **fields)
    return message


def deliver(outbox):
    """What a worker does with the news; the mails then written are pytest's `mailoutbox`."""
    handlers = {
        sweeping.MERCHANT_HAS_UNKNOWN: tasks.tell_merchant_of_unknown, sweeping.SITE_HAS_UNKNOWN: tasks.tell_site_of_unknown
    }  # fmt: skip
    for event in outbox:
        handlers[event.topic](event, LATE)


def news():
    return OutboxEvent.objects.filter(topic__in=[sweeping.MERCHANT_HAS_UNKNOWN, sweeping.SITE_HAS_UNKNOWN])


def test_it_is_a_figure_of_its_own_with_what_to_do_on_the_merchants_page(phone, owner):
    lost(phone, created_at=now_clock.now())
    Message.objects.filter(id=phone.queued().id).update(created_at=now_clock.now())
    old = lost(phone, created_at=now_clock.now() - 90 * DAY)

    response = owner.get("/merchant/whatsapp/")
    page = response.content.decode()

    (ui, bi) = [counts for _label, counts, _url in response.context["figures"]]
    assert (ui.open, ui.unknown, bi.unknown) == (1, 1, 0)
    assert "/merchant/messages/?type=wa_ui&amp;state=unknown" in page
    assert "The outcome of 2 messages is unknown" in page
    assert "Their credits stay held until that is settled." in page
    assert "give it up and its credit is free" in page
    assert f"/merchant/messages/{old.id}/" in owner.get("/merchant/messages/?state=unknown").content.decode()


def test_staff_see_all_of_them_or_those_of_one_merchant(phone, staff):
    other = open_phone(phone.shop.site)
    for shop in (phone, other, other):
        lost(shop)
    client = staff[0]

    everything = client.get("/office/messages/").content.decode()
    narrowed = client.get(f"/office/messages/?merchant={phone.merchant_id}").content.decode()
    outcomes.settle_by_person(
        Message.objects.get(merchant_id=phone.merchant_id).id, send_again=False, actor=JOB, now=NOW
    )
    settled = client.get(f"/office/messages/?merchant={phone.merchant_id}").content.decode()

    assert "The outcome of 3 messages is unknown" in everything
    assert "The outcome of 1 message is unknown" in narrowed
    assert f"/office/messages/?state=unknown&amp;merchant={phone.merchant_id}" in narrowed
    assert "stay held" not in settled


def test_owner_and_staff_are_told_once_by_mail(phone, staff, mailoutbox):
    lost(phone)
    lost(phone)

    told = [sweeping.tell(now=now) for now in (NOW + HOUR, LATE, LATE, LATE + DAY)]
    deliver(news())

    owner_mail, staff_mail = mailoutbox
    assert told == [0, 2, 0, 0]
    assert owner_mail.to == [User.objects.get(id=phone.shop.owner.id).email]
    assert staff_mail.to == [staff[1].email]
    assert "The outcome of 2 messages is unknown" in owner_mail.subject
    assert "stay held" in owner_mail.body
    assert "/merchant/messages/?state=unknown" in owner_mail.body
    assert "/office/messages/?state=unknown" in staff_mail.body


def test_nobody_is_told_twice_a_day_and_what_came_meanwhile_is_told_after(phone):
    first = lost(phone)
    sweeping.tell(now=LATE)
    other = open_phone(phone.shop.site)
    lost(other, at=LATE)
    Message.objects.filter(id=first.id).update(claimed_at=LATE + HOUR)  # sent again, and unknown again

    told = [sweeping.tell(now=LATE + wait) for wait in (3 * HOUR, DAY - HOUR, DAY)]

    merchants = [event.payload.get("merchant_id") for event in news().order_by("created_at", "id")]
    assert told == [0, 0, 2]
    assert sorted(filter(None, merchants[2:])) == sorted([str(phone.merchant_id), str(other.merchant_id)])


def test_what_is_settled_before_the_mail_is_written_needs_none(phone, staff, mailoutbox):
    message = lost(phone)
    sweeping.tell(now=LATE)
    outcomes.settle_by_person(message.id, send_again=False, actor=JOB, now=LATE)

    deliver(news())

    assert mailoutbox == []


def lost_code(phone):
    message = phone.queued(Trigger.CODE, secret="123456")
    Message.objects.filter(id=message.id).update(state="unknown", claimed_at=NOW, attempts=1, turn=1)
    return Message.objects.get(id=message.id)


@pytest.mark.usefixtures("proved")
def test_an_unknown_code_ends_by_itself_an_hour_after_it_was_of_use(phone):
    code, other = lost_code(phone), lost(phone)
    over = code.expires_at + sweeping.CODE_UNKNOWN_FOR

    early = sweeping.sweep(now=over)
    held = phone.wallet()
    late = sweeping.sweep(now=over + dt.timedelta(seconds=1))

    found = Message.objects.get(id=code.id)
    assert (early, held, late, sweeping.sweep(now=over + HOUR)) == (0, (10, 8), 1, 0)
    assert (found.state, found.error, found.charge, found.secret_sealed) == ("failed", "expired", "released", "")
    assert (Message.objects.get(id=other.id).state, phone.wallet()) == ("unknown", (10, 9))


@pytest.mark.usefixtures("proved")
def test_what_is_told_of_it_later_still_charges_it_once(phone):
    code = lost_code(phone)
    sweeping.sweep(now=LATE)

    for word in ("sent", "delivered", "read", "delivered"):
        tell(code, word)

    found = Message.objects.get(id=code.id)
    assert (found.state, found.charge, phone.wallet()) == ("read", "spent", (9, 9))
    assert phone.entries(code) == [("deduct", -1)]


def test_a_code_that_the_site_pays_for_is_told_to_its_staff_alone(phone):
    message = lost(phone)
    Message.objects.filter(id=message.id).update(merchant=None, charge="none", payer=phone.shop.site.id)

    sweeping.tell(now=LATE)

    assert [event.topic for event in news()] == [sweeping.SITE_HAS_UNKNOWN]
