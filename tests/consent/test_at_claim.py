"""The box in the claim form: whose tick counts, and that nobody learns anything by ticking."""

from __future__ import annotations

import re

import pytest

from merchants import models as m
from messaging.consent import texts
from messaging.consent.models import OptIn, OptInEvent
from messaging.consent.queries import register
from messaging.consent.services import consent
from tenants.walls import wall
from tests import factories
from tests.meta.cast import make_sender
from tests.storefront.conftest import PERSON, Browser, open_batch

TICK = {"agrees": "on"}


def rows(site):
    with wall(site, "site"):
        return list(OptIn.objects.values_list("state", "source", "text_version", "language"))


def plain(answer):
    """A page without what differs on every visit: tokens."""
    text = re.sub(r'(name="(csrfmiddlewaretoken|turn)" value|nonce)="[^"]*"', "", answer.content.decode())
    return re.sub(r"menu-[0-9a-f]+", "menu", text)


def test_the_box_is_there_unticked_and_names_merchant_and_sender(offer, browser):
    text = browser.get(f"/b/{offer.id}/claim").content.decode()

    box = re.search(r"<input[^>]*name=\"agrees\"[^>]*>", text)[0]
    assert "checked" not in box
    assert "required" not in box
    assert "Mona&#x27;s Coffee may send me offers" in text
    assert "They come from Ada Deals" in text


def test_the_box_names_the_sender_as_whatsapp_shows_it(ada_site, mona, offer, browser):
    make_sender(ada_site, display_name="Ada Coupons")

    text = browser.get(f"/b/{offer.id}/claim").content.decode()
    browser.claim(offer, **TICK)
    with wall(ada_site, "site"):
        event = OptInEvent.objects.get()
    mine = browser.get(f"/my/{event.customer_id}/messages/").content.decode()
    browser.post(f"/my/{event.customer_id}/messages/change/", {"act": "withdraw", "merchant": mona.id})
    again = browser.get(f"/my/{event.customer_id}/messages/").content.decode()

    assert "They come from Ada Coupons" in text
    assert "They come from Ada Coupons" in event.wording
    assert "Ada Deals" not in event.wording
    assert "They come from" not in mine
    assert "They come from Ada Coupons" in again


def test_the_arabic_box_is_arabic(offer):
    text = Browser(language="ar").get(f"/b/{offer.id}/claim").content.decode()

    assert "يمكن لـقهوة منى أن يرسل إليّ" in text


def test_a_tick_with_a_new_number_is_kept_with_the_words_as_they_stood(ada_site, mona, offer, browser):
    browser.claim(offer, **TICK)

    assert rows(ada_site) == [("given", "centre", texts.CURRENT, "en")]
    with wall(ada_site, "site"):
        event, coupon = OptInEvent.objects.get(), m.Coupon.objects.get(state="taken")
        assert event.wording.startswith("Yes, Mona's Coffee may send me")
        assert (event.at, event.customer_id) == (coupon.taken_at, coupon.customer_id)
        assert register.may_write(mona.id, [coupon.customer_id]) == {coupon.customer_id}


def test_without_a_tick_the_coupon_is_the_same_and_nothing_is_kept(ada_site, offer, browser):
    assert browser.claim(offer).status_code == 302
    assert rows(ada_site) == []


@pytest.mark.parametrize(
    ("path", "source"), [("/s/mona/{}", "in_store"), ("/s/mona/kiosk/{}", "kiosk"), ("/b/{}/claim", "centre")]
)
def test_every_way_to_claim_has_it_and_says_which_it_was(ada_site, offer, browser, path, source):
    browser.post(path.format(offer.id), {**PERSON, **TICK})

    assert [row[1] for row in rows(ada_site)] == [source]


def test_a_printed_coupon_has_it_too(ada_site, mona, browser):
    with wall(ada_site, "site"):
        batch = open_batch(mona, 1, print_quantity=1)
        serial = m.Coupon.objects.get(batch=batch).serial

    assert 'name="agrees"' in browser.get(f"/c/{serial}/claim").content.decode()
    browser.post(f"/c/{serial}/claim", {**PERSON, **TICK})

    assert [row[1] for row in rows(ada_site)] == ["printed"]


def test_a_returning_customer_on_the_own_browser_can_agree_with_the_next_coupon(ada_site, mona, offer, browser):
    browser.claim(offer)
    with wall(ada_site, "site"):
        other = open_batch(mona)

    browser.claim(other, **TICK)

    assert len(rows(ada_site)) == 1


@pytest.mark.parametrize("kiosk", [False, True])
def test_a_stranger_cannot_agree_for_a_known_number(ada_site, mona, offer, browser, kiosk):
    browser.claim(offer)
    with wall(ada_site, "site"):
        other = open_batch(mona)

    path = f"/s/mona/kiosk/{other.id}" if kiosk else f"/b/{other.id}/claim"
    answer = Browser().post(path, {**PERSON, "name": "", "birthday": "", **TICK})

    assert answer.status_code in {200, 302}
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(batch=other, state="taken").count() == 1
    assert rows(ada_site) == []


def test_a_claim_that_gives_nothing_new_records_nothing_even_for_its_owner(ada_site, offer, browser):
    browser.claim(offer)

    browser.claim(offer, **TICK)

    assert rows(ada_site) == []


def test_nothing_is_learned_by_ticking(ada_site, mona, offer):
    """A stranger types three known numbers: one never asked, one that agreed, one that said STOP."""
    numbers = ["0500000001", "0500000002", "0500000003"]
    for number, ticks in zip(numbers, [{}, TICK, TICK], strict=True):
        Browser().claim(offer, phone_number=number, **ticks)
    with wall(ada_site, "site"):
        from kernel import clock

        consent.opt_out_number(phone="+966500000003", source="keyword", now=clock.now())
        other = open_batch(mona, 9)
        before = rows(ada_site)

    sam, pages, forms = Browser(), [], []
    for number in numbers:
        known = {"phone_country": "SA", "phone_number": number}
        forms.append(plain(sam.post("/claim/details", known)))
        pages.append(Browser().claim(other, phone_number=number, name="", birthday="", **TICK))
    held = [plain(Browser().claim(other, phone_number=number, name="", birthday="", **TICK)) for number in numbers]

    assert len(set(forms)) == 1
    assert {answer.status_code for answer in pages} == {302}
    assert len(set(held)) == 1
    assert rows(ada_site) == before


def test_an_empty_box_withdraws_nothing_and_a_tick_lifts_no_stop(ada_site, mona, offer, browser):
    browser.claim(offer, **TICK)
    with wall(ada_site, "site"):
        from kernel import clock

        consent.opt_out_number(phone="+966500000001", source="keyword", now=clock.now())
        batches = [open_batch(mona), open_batch(mona)]
        customer = m.Customer.objects.get()

    browser.claim(batches[0])
    browser.claim(batches[1], **TICK)

    with wall(ada_site, "site"):
        assert OptIn.objects.get().state == "given"
        assert register.may_write(mona.id, [customer.id]) == set()


def test_a_tick_counts_for_that_merchant_only(ada_site, mona, offer, browser):
    with wall(ada_site, "site"):
        sam = factories.make_merchant()
        others = open_batch(sam)

    browser.claim(offer, **TICK)
    browser.claim(others)

    with wall(ada_site, "site"):
        customer = m.Customer.objects.get()
        assert register.may_write(mona.id, [customer.id])
        assert not register.may_write(sam.id, [customer.id])


def test_a_claim_that_is_refused_keeps_nothing(ada_site, offer, browser):
    with wall(ada_site, "site"):
        m.Coupon.objects.filter(batch=offer).update(state="void")

    assert browser.claim(offer, **TICK).status_code == 409
    assert rows(ada_site) == []


def test_the_database_believes_no_coupon_that_was_taken_at_another_moment(ada_site, mona, offer, browser):
    browser.claim(offer)
    with wall(ada_site, "site"):
        coupon = m.Coupon.objects.get(state="taken")

    with wall(ada_site, "visitor"):
        kept = consent.record_at_claim(
            coupon_id=coupon.id, merchant=mona, source="centre", language="en", device_token="",
            now=coupon.taken_at + factories.DAY,
        )  # fmt: skip

    assert not kept
    assert rows(ada_site) == []
