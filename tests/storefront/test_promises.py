"""What a customer's screens say of the WhatsApp that brings the coupon: before, just after, and to its holder later."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from kernel import clock
from merchants import models as m
from merchants.services import holding
from messaging.choices import Trigger
from messaging.consent.services import consent
from messaging.meta.models import Sender
from messaging.models import Message, Switches
from messaging.services import delivery, outcomes, queue
from tenants.queries import sites
from tenants.walls import wall
from tests import factories
from tests.factories import NOW
from tests.messaging.cast import JOB, drop_unique_key
from tests.messaging.conftest import phone, race_phone
from tests.storefront.conftest import PERSON, Browser, open_batch
from tests.storefront.test_claim_pages import serial_of
from tests.threads import meet_before, run_threads

__all__ = ["phone", "race_phone"]

COMING = "It is on its way to your WhatsApp."
PERHAPS = "It is on its way to your WhatsApp, unless you have stopped messages there."
AGAIN, FIRST = "Send it again", "Send it to my WhatsApp"


@pytest.fixture
def offer(phone):
    m.Merchant.objects.filter(id=phone.merchant_id).update(slug="mona")
    return open_batch(phone.shop.merchant)


def text(answer):
    return answer.content.decode()


def coupon_of(serial):
    return m.Coupon.objects.get(serial=serial)


def handled(serial):
    """The worker has taken the claim's event."""
    return delivery.on_taken(coupon_id=coupon_of(serial).id, now=clock.now())


def later(serial, **fields):
    """Some minutes have passed."""
    m.Coupon.objects.filter(serial=serial).update(taken_at=clock.now() - dt.timedelta(minutes=20))
    Message.objects.update(created_at=clock.now() - dt.timedelta(minutes=20), **fields)


def known_elsewhere(phone):
    """The number has a record that this browser has not proved."""
    return factories.make_customer("+966500000001")


@pytest.mark.parametrize(("countries", "said"), [([], "too."), (["SA"], "too, if messages can be sent to its country.")])
def test_the_form_says_that_it_goes_to_whatsapp_and_who_gets_the_number(phone, offer, browser, countries, said):
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=countries)

    form = text(browser.get(f"/b/{offer.id}/claim"))

    assert f"The coupon goes to its WhatsApp, {said}" in form
    assert "WhatsApp gets your number and your name" in form


@pytest.mark.parametrize("why", ["no number", "switched off", "no credits"])
def test_where_nothing_follows_no_page_says_so(phone, offer, browser, why):
    if why == "no number":
        Sender.objects.update(state="off")
    elif why == "switched off":
        Switches.objects.create(merchant_id=phone.merchant_id, delivery=False, changed_at=clock.now())
    else:
        for _ in range(10):
            phone.queued()

    form = text(browser.get(f"/b/{offer.id}/claim"))
    serial = serial_of(browser.claim(offer))
    before = text(browser.get(f"/c/{serial}?new=1"))
    handled(serial)
    after = text(browser.get(f"/c/{serial}?new=1"))
    kiosk = text(browser.post(f"/s/mona/kiosk/{offer.id}", {**PERSON, "phone_number": "0500000002"}))

    assert "WhatsApp gets" not in form
    assert "No other shop sees it." in form
    for page in (before, after, kiosk):
        assert "to your WhatsApp" not in page
        assert FIRST not in page
    assert "take it along" in kiosk


def test_who_cannot_be_reached_from_here_is_not_offered_a_message(phone, offer, browser):
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=["AE"])

    serial = serial_of(browser.claim(offer))
    handled(serial)
    page, stranger = text(browser.get(f"/c/{serial}?new=1")), text(Browser().get(f"/c/{serial}"))

    assert "to your WhatsApp" not in page
    assert "Nothing is sent by WhatsApp to numbers of this country." in page
    assert "of this country" not in stranger
    assert FIRST not in page


def test_its_holder_reads_the_messages_true_state_and_the_page_looks_again(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    fresh = text(browser.get(f"/c/{serial}?new=1"))
    handled(serial)
    queued = text(browser.get(f"/c/{serial}"))

    for page in (fresh, queued):
        assert COMING in page
        assert f'hx-get="/c/{serial}/whatsapp?was=coming.3"' in page
        assert AGAIN not in page
        assert FIRST not in page
    assert browser.get(f"/c/{serial}/whatsapp?was=coming.3").status_code == 204
    Message.objects.update(created_at=clock.now() - dt.timedelta(seconds=31))
    assert 'hx-trigger="every 15s"' in text(browser.get(f"/c/{serial}/whatsapp?was=coming.3"))
    for state, words, polls in (
        ("sent", "It was sent to your WhatsApp.", True), ("delivered", "It is on your WhatsApp.", False),
        ("read", "It is on your WhatsApp.", False), ("failed", "WhatsApp could not deliver it", False),
    ):  # fmt: skip
        Message.objects.update(state=state)
        line = text(browser.get(f"/c/{serial}/whatsapp?was=coming"))
        assert words in line
        assert ("hx-get" in line) is polls
    Message.objects.update(state="unknown", claimed_at=clock.now() - dt.timedelta(hours=2))
    assert "WhatsApp has not said whether it arrived" in text(browser.get(f"/c/{serial}"))


def test_who_reads_that_it_could_not_be_delivered_may_ask_again_at_once(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    handled(serial)
    Message.objects.update(state="failed")

    page = text(browser.get(f"/c/{serial}"))
    browser.post(f"/my/send/{serial}")

    assert "WhatsApp could not deliver it" in page
    assert AGAIN in page
    assert set(Message.objects.values_list("trigger", "state")) == {("claim_centre", "failed"), ("resend", "queued")}


def test_a_claims_message_that_is_sent_after_all_is_under_way_whatever_came_of_a_later_one(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    handled(serial)
    claimed = Message.objects.get()
    Message.objects.update(state="failed")
    browser.post(f"/my/send/{serial}")
    Message.objects.exclude(id=claimed.id).update(state="failed")
    Message.objects.filter(id=claimed.id).update(state="queued")

    browser.post(f"/my/send/{serial}")

    assert Message.objects.count() == 2


def test_a_page_that_has_looked_for_long_enough_stops(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    handled(serial)
    later(serial)

    line = text(browser.get(f"/c/{serial}/whatsapp?was=coming"))

    assert COMING in line
    assert "hx-get" not in line


def test_nobody_else_reads_it(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    handled(serial)
    Message.objects.update(state="delivered")

    friend = Browser()
    friend.post(f"/c/{serial}/keep")
    page = text(friend.get(f"/c/{serial}"))

    assert "WhatsApp" not in page
    assert friend.get(f"/c/{serial}/whatsapp").status_code == 286  # the page is to stop asking


def test_a_known_number_on_another_browser_hears_nothing_of_its_owner(phone, offer, browser):
    """Neither whether its owner said STOP, nor what became of the message."""
    known_elsewhere(phone)
    with phone.at_site():
        consent.opt_out_number(phone="+966500000001", source="keyword", now=clock.now())

    serial = serial_of(browser.claim(offer, name="", birthday=""))
    before = text(browser.get(f"/c/{serial}?new=1"))
    handled(serial)
    after = text(browser.get(f"/c/{serial}?new=1"))

    assert [one.error for one in Message.objects.all()] == ["stopped"]
    assert PERHAPS in before
    assert PERHAPS in after
    later(serial)
    assert "WhatsApp" not in text(browser.get(f"/c/{serial}?new=1"))


def test_who_has_stopped_messages_reads_that_and_may_ask_for_this_one(phone, offer, browser):
    with phone.at_site():
        consent.opt_out_number(phone="+966500000001", source="keyword", now=clock.now())
    serial = serial_of(browser.claim(offer))
    handled(serial)
    later(serial)

    page = text(browser.get(f"/c/{serial}"))
    browser.post(f"/my/send/{serial}")

    assert "You have stopped messages, so it did not go to your WhatsApp." in page
    assert FIRST in page
    assert {one.trigger for one in Message.objects.filter(state="queued")} == {"resend"}


def test_the_review_step_the_kiosk_and_the_wheel_say_it_too(phone, offer, browser):
    m.Merchant.objects.update(review_step=True, review_link="https://example.com/review")
    m.Batch.objects.update(in_store=True)
    thanks = browser.post(f"/s/mona/{offer.id}", PERSON)["Location"]
    kiosk = text(browser.post(f"/s/mona/kiosk/{offer.id}", {**PERSON, "phone_number": "0500000002"}))
    prize, always = open_batch(phone.shop.merchant), open_batch(phone.shop.merchant)
    version = factories.make_wheel(phone.shop.merchant, ("A", 1, prize), ("B", 1, prize))
    wheel = Browser().post("/s/mona/kiosk/wheel", {**PERSON, "phone_number": "0500000003"})
    factories.make_version(version.wheel, ("A", 1, prize), ("B", 1, prize), always=always)
    own = Browser()
    spun = own.post("/s/mona/wheel", {**PERSON, "phone_number": "0500000004"})["Location"].removesuffix("/review")

    assert COMING in text(browser.get(thanks))
    assert PERHAPS in kiosk
    assert "You may also scan it with your phone" in kiosk
    assert PERHAPS in text(wheel)
    assert "Both are on their way to your WhatsApp." in text(own.get(f"{spun}?shown=1"))


def test_a_fresh_claim_is_not_sent_twice_and_costs_one_credit(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    before = text(browser.get(browser.post(f"/my/send/{serial}")["Location"]))
    handled(serial)
    open_one = text(browser.get(browser.post(f"/my/send/{serial}")["Location"]))
    Message.objects.update(state="delivered")
    young = text(browser.get(browser.post(f"/my/send/{serial}")["Location"]))

    for page in (before, open_one, young):
        assert "It is on its way to your WhatsApp already." in page
    assert Message.objects.count() == 1
    assert phone.wallet() == (10, 9)


def test_after_a_while_it_may_be_asked_for_again_and_a_refusal_uses_nothing_up(phone, offer, browser):
    serial = serial_of(browser.claim(offer))
    handled(serial)
    for _ in range(3):
        browser.post(f"/my/send/{serial}")
    later(serial, state="delivered")
    assert AGAIN in text(browser.get(f"/c/{serial}"))

    for _ in range(2):
        browser.post(f"/my/send/{serial}")
        assert AGAIN not in text(browser.get(f"/c/{serial}"))
        later(serial, state="delivered")

    assert Message.objects.filter(trigger="resend").count() == 2
    assert browser.post(f"/my/send/{serial}").status_code == 429


def test_a_message_that_is_only_planned_is_no_answer_to_who_asks(phone, offer, browser):
    """A reminder about the coupon waits for its own day."""
    serial = serial_of(browser.claim(offer))
    handled(serial)
    later(serial, state="delivered")
    about = {"customer": coupon_of(serial).customer, "coupon": coupon_of(serial)}
    factories.make_message(phone.shop.merchant, **about, trigger="reminder", type="wa_bi", created_at=clock.now())

    page = text(browser.get(f"/c/{serial}"))

    assert AGAIN in page
    assert "It is on your WhatsApp." in page


def test_what_was_asked_for_while_the_claim_waited_is_its_message(phone, offer, browser):
    """The worker was away for an hour; the customer asked meanwhile."""
    serial = serial_of(browser.claim(offer))
    later(serial)
    browser.post(f"/my/send/{serial}")

    handled(serial)

    assert [one.trigger for one in Message.objects.all()] == ["resend"]


def pressed_twice(phone, monkeypatch):
    """Both look before either writes: how many messages they were told of, how many there are, and the wallet."""
    meet_before(monkeypatch, queue, "enqueue")
    with phone.at_site():
        coupon = phone.taken(phone.batch(), phone.customer())

    def press(_number):
        with phone.at_site():
            return delivery.send_again(coupon_id=coupon.id, actor=JOB, now=NOW + dt.timedelta(hours=1)).id

    made = set(run_threads(2, press))
    with phone.at_site():
        return len(made), Message.objects.filter(id__in=made).count(), phone.wallet()


def test_two_presses_at_the_same_moment_are_one_message(race_phone, monkeypatch):
    assert pressed_twice(race_phone, monkeypatch) == (1, 1, (10, 9))


def test_without_the_unique_key_they_are_two(race_phone, monkeypatch, superuser):
    drop_unique_key(superuser, race_phone.shop.site)

    assert pressed_twice(race_phone, monkeypatch) == (2, 2, (10, 8))


def test_what_an_automation_holds_overnight_is_there_for_whoever_comes_for_it_before(phone, offer, browser):
    """It is in no list before it is sent. Claimed, it is that coupon, and a message of the claim brings it at once."""
    serial_of(browser.claim(open_batch(phone.shop.merchant, 3)))  # this browser has proved the number
    carl = m.Customer.objects.get()
    phone.agrees(carl)
    waiting = phone.queued(Trigger.BIRTHDAY, customer_id=carl.id, batch_id=offer.id, now=clock.now())
    held = waiting.coupon
    assert held.serial not in text(browser.get("/my/"))

    claimed = serial_of(browser.claim(offer))
    coming = text(browser.get(f"/c/{claimed}"))
    handled(claimed)
    handled(claimed)

    assert claimed == held.serial
    assert "This coupon cannot be used" not in coming
    assert COMING in coming
    assert claimed in text(browser.get("/my/"))
    found = Message.objects.filter(coupon_id=held.id).order_by("created_at").values_list("trigger", "state")
    assert list(found) == [("birthday", "queued"), ("claim_centre", "queued")]


def test_a_gift_that_was_sent_and_then_failed_says_so_on_its_coupon(phone, offer, browser):
    serial_of(browser.claim(open_batch(phone.shop.merchant, 3)))
    carl = m.Customer.objects.get()
    phone.agrees(carl)
    gift = phone.queued(Trigger.BIRTHDAY, customer_id=carl.id, batch_id=offer.id, now=clock.now())
    holding.take(coupon_id=gift.coupon_id, customer_id=carl.id, now=clock.now())
    Message.objects.filter(id=gift.id).update(state="failed", sent_at=clock.now())

    assert "WhatsApp could not deliver it" in text(browser.get(f"/c/{gift.coupon.serial}"))


def test_a_coupon_that_a_failed_gift_left_free_is_sent_to_the_same_person_who_claims_it(phone, offer, browser):
    serial_of(browser.claim(open_batch(phone.shop.merchant, 3)))  # this browser has proved the number
    carl = m.Customer.objects.get()
    phone.agrees(carl)
    gift = phone.queued(Trigger.BIRTHDAY, customer_id=carl.id, batch_id=offer.id, now=clock.now())
    with transaction.atomic():
        outcomes.failed(gift, error="not on WhatsApp", now=clock.now())

    claimed = serial_of(browser.claim(offer))
    before = text(browser.get(f"/c/{claimed}"))
    handled(claimed)

    assert gift.coupon.serial == claimed
    assert COMING in before
    assert Message.objects.filter(coupon_id=gift.coupon_id, state="queued").count() == 1
