"""Claiming as a person with a browser: the form, the reward, every refusal, recognition and what a stranger learns."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import clock
from merchants import models as m
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import PERSON, Browser, open_batch

DEVICE, KEPT = "device", "device-kept"


def serial_of(response):
    return re.search(r"/c/([A-Z0-9]+)", response["Location"])[1]


def details(browser, **changed):
    return browser.post("/claim/details", {"phone_country": "SA", "phone_number": "0500000001", **changed})


def test_a_new_customer_gets_the_coupon_at_once(ada_site, offer, browser):
    answer = browser.claim(offer)
    page = browser.get(answer["Location"])

    assert answer.status_code == 302
    assert answer["Location"].endswith("?new=1")
    text = page.content.decode()
    assert "Here is your coupon" in text
    assert "Carl" not in text
    assert "0500000001"[1:] not in text
    with wall(ada_site, "site"):
        assert m.Coupon.objects.get(state="taken").serial == serial_of(answer)


@pytest.mark.parametrize("missing", ["phone_number", "name", "birthday"])
def test_all_three_are_needed(ada_site, offer, browser, missing):
    answer = browser.claim(offer, **{missing: ""})

    assert answer.status_code == 422
    with wall(ada_site, "site"):
        assert not m.Customer.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone_number", "123"), ("name", "7"), ("name", "12345"), ("birthday", "2090-01-01"), ("birthday", "1700-01-01")],
)
def test_what_makes_no_sense_is_said_at_the_field_and_what_was_typed_stays(offer, browser, field, value):
    answer = browser.claim(offer, **{field: value})

    assert answer.status_code == 422
    assert f'value="{value}"' in answer.content.decode()


def test_arabic_digits_are_a_number(ada_site, offer, browser):
    assert browser.claim(offer, phone_number="٠٥٠٠٠٠٠٠٠١").status_code == 302
    with wall(ada_site, "visitor"):
        from merchants.services import claims

        assert claims.recognise(phone="+966500000001").known


def test_the_cookies_are_http_only_and_last_a_year(offer, browser):
    cookies = browser.claim(offer).cookies

    for name in (DEVICE, KEPT):
        assert cookies[name]["httponly"]
        assert cookies[name]["samesite"] == "Lax"
        assert int(cookies[name]["max-age"]) >= 365 * 24 * 3600


def test_the_second_claim_on_the_same_browser_opens_the_same_coupon(offer, browser):
    first, second = browser.claim(offer), browser.claim(offer)

    assert serial_of(first) == serial_of(second)


def test_a_press_that_is_sent_twice_gets_one_answer_even_for_a_number_that_is_not_proved(ada_site, mona, offer):
    Browser().claim(offer)
    with wall(ada_site, "site"):
        other = open_batch(mona)
    first, second = Browser(), Browser()  # the second press comes before the first answer's cookies

    answers = [browser.claim(other, turn="one-press", name="", birthday="") for browser in (first, second)]

    assert serial_of(answers[0]) == serial_of(answers[1])
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(batch=other, state="taken").count() == 1


def test_a_browser_that_took_a_coupon_for_an_unproved_number_finds_it_again(ada_site, mona, offer):
    Browser().claim(offer)
    with wall(ada_site, "site"):
        other = open_batch(mona)
    carls_phone = Browser()

    first = carls_phone.claim(other, name="", birthday="")
    second = carls_phone.claim(other, name="", birthday="")

    assert serial_of(first) == serial_of(second)
    assert DEVICE in carls_phone.client.cookies
    assert serial_of(first) in carls_phone.get("/my/").content.decode()


def test_the_proved_browser_finds_its_details_filled_in_and_may_edit_them(ada_site, mona, offer, browser):
    browser.claim(offer)
    with wall(ada_site, "site"):
        other = open_batch(mona)

    form = browser.get(f"/b/{other.id}/claim").content.decode()
    browser.claim(other, name="Carl Edited")

    assert 'value="Carl Customer"' in form
    assert 'value="1990-05-17"' in form
    with wall(ada_site, "site"):
        assert m.Customer.objects.get().name == "Carl Edited"
        assert m.CustomerEdit.objects.get().fields == ["name"]


def test_a_stranger_who_types_a_known_number_reads_welcome_back_and_nothing_else(ada_site, mona, offer):
    taken = Browser().claim(offer)
    sam = Browser()

    fragment = details(sam).content.decode()
    held = sam.claim(offer, name="", birthday="")
    with wall(ada_site, "site"):
        other = open_batch(mona)
    sam.claim(other, name="Sam Stranger", birthday="2001-01-01")
    after = details(sam).content.decode()

    assert "Welcome back" in fragment
    assert held.status_code == 409
    assert "This number already has this coupon" in held.content.decode()
    for text in (fragment, after, held.content.decode(), sam.get("/my/").content.decode()):
        assert "Carl" not in text
        assert "1990" not in text
        assert serial_of(taken) not in text
    with wall(ada_site, "site"):
        assert m.Customer.objects.get().name == "Carl Customer"
        assert m.CustomerDevice.objects.count() == 1


def test_the_details_of_an_unknown_number_are_empty_fields_that_keep_what_was_typed(offer, browser):
    text = details(browser, name="Half typed").content.decode()

    assert "Welcome back" not in text
    assert 'value="Half typed"' in text


def test_refusals_are_pages_with_somewhere_to_go(ada_site, mona, offer, browser):
    with wall(ada_site, "site"):
        m.Coupon.objects.filter(batch=offer).update(state="void")
        open_batch(mona, title_en="Still open deal")

    answer = browser.claim(offer)
    text = answer.content.decode()

    assert answer.status_code == 409
    assert "All coupons are taken" in text
    assert "Still open deal" in text
    with wall(ada_site, "site"):
        assert not m.Customer.objects.exists()


def test_a_form_that_was_open_when_the_offer_was_paused_ends_on_a_friendly_page(ada_site, offer, browser):
    browser.get(f"/b/{offer.id}/claim")
    with wall(ada_site, "site"):
        m.Batch.objects.update(state="paused")

    answer = browser.claim(offer)

    assert answer.status_code == 404
    assert "This offer is not here any more" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"state": "paused"}, "This offer is paused"), ({"starts_at": clock.now() + factories.DAY}, "has not begun")],
)
def test_a_printed_coupon_says_why_it_cannot_be_taken_now(ada_site, mona, browser, fields, words):
    with wall(ada_site, "site"):
        batch = open_batch(mona, 1, print_quantity=1, **fields)
        serial = m.Coupon.objects.get(batch=batch).serial

    answer = browser.post(f"/c/{serial}/claim", PERSON)

    assert words in answer.content.decode()


def test_a_printed_code_gives_exactly_that_coupon(ada_site, mona, browser):
    with wall(ada_site, "site"):
        batch = open_batch(mona, 4, print_quantity=4)
        serial = m.Coupon.objects.filter(batch=batch).last().serial

    scanned = browser.get(f"/C/{serial}").content.decode()
    answer = browser.post(f"/c/{serial}/claim", PERSON)
    late = Browser().get(f"/c/{serial}/claim")

    assert f"/c/{serial}/claim" in scanned
    assert serial_of(answer) == serial
    assert late["Location"] == f"/c/{serial}"


def test_a_form_without_the_sites_own_token_is_refused(ada_site, offer):
    guarded = Browser(enforce_csrf_checks=True)

    assert guarded.claim(offer).status_code == 403
    assert guarded.post("/claim/details", PERSON).status_code == 403
    with wall(ada_site, "site"):
        assert not m.Customer.objects.exists()


def test_a_phone_that_claims_too_much_is_told_to_wait(ada_site, mona, browser, still_clock):
    with wall(ada_site, "site"):
        batch = open_batch(mona, 30, per_customer_limit=30)

    answers = [Browser().claim(batch, name="", birthday="") if n else browser.claim(batch) for n in range(13)]

    assert [a.status_code for a in answers] == [302] * 12 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "A little slower" in answers[-1].content.decode()


def test_a_page_that_answers_a_form_has_an_address_for_the_way_back(offer, browser):
    path = f"/b/{offer.id}/claim"
    browser.claim(offer)

    asked, wrong, refused = browser.get(path), browser.claim(offer, phone_number="1"), Browser().claim(offer)

    assert "data-address" not in asked.content.decode()
    for page, status in ((wrong, 422), (refused, 409)):
        assert page.status_code == status
        assert f'data-address="{path}"' in page.content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Write your phone number in digits."), ("ar", "اكتب رقم هاتفك بالأرقام.")],
)
def test_a_missing_number_is_asked_for_in_plain_words(offer, language, words):
    assert words in Browser(language=language).claim(offer, phone_number="").content.decode()


def test_a_form_that_came_back_keeps_the_errors_of_what_is_still_wrong(offer, browser):
    typed = {"name": "C", "birthday": ""}
    path = f"/b/{offer.id}/claim"

    asked, back = browser.get(path).content.decode(), browser.claim(offer, phone_number="").content.decode()
    fresh, kept = details(browser, **typed).content.decode(), details(browser, checked="1", **typed).content.decode()

    assert ('name="checked"' in asked, 'name="checked"' in back) == (False, True)
    assert "field-errors" not in fresh
    assert 'id="id_name_error"' in kept
    assert 'id="id_birthday_error"' in kept
    assert 'value="C"' in kept


@pytest.mark.parametrize(("language", "words"), [("en", "Write at least two letters."), ("ar", "اكتب حرفين على الأقل.")])
def test_a_name_of_one_letter_is_refused_in_plain_words(offer, language, words):
    assert words in Browser(language=language).claim(offer, name="C").content.decode()


class TestInStore:
    def test_one_offer_goes_straight_to_its_form(self, offer, browser):
        assert browser.get("/s/mona")["Location"] == f"/s/mona/{offer.id}"

    def test_several_offers_can_be_chosen_from(self, ada_site, mona, offer, browser):
        with wall(ada_site, "site"):
            open_batch(mona, title_en="Lunch deal")
            open_batch(mona, title_en="Centre only", in_store=False)

        text = browser.get("/s/mona").content.decode()

        assert "Breakfast deal" in text
        assert "Lunch deal" in text
        assert "Centre only" not in text

    def test_the_review_is_offered_and_never_a_condition(self, ada_site, mona, offer, browser):
        with wall(ada_site, "site"):
            m.Merchant.objects.filter(id=mona.id).update(review_step=True, review_link="https://example.com/r")

        answer = browser.post(f"/s/mona/{offer.id}", PERSON)
        step = browser.get(answer["Location"]).content.decode()

        assert answer["Location"].endswith("/thanks")
        assert "https://example.com/r" in step
        assert "noreferrer" in step
        with wall(ada_site, "site"):
            coupon = m.Coupon.objects.get(batch=offer, state="taken")
        assert (coupon.source, f"/c/{coupon.serial}?new=1" in step) == ("in_store", True)

    def test_the_shops_own_tablet_proves_nothing_and_keeps_nothing(self, ada_site, offer):
        tablet = Browser()

        answer = tablet.post(f"/s/mona/kiosk/{offer.id}", PERSON)
        again = tablet.post(f"/s/mona/kiosk/{offer.id}", PERSON)

        assert "Here is your coupon" in answer.content.decode()
        assert again.status_code == 409
        assert DEVICE not in tablet.client.cookies
        assert KEPT not in tablet.client.cookies
        with wall(ada_site, "site"):
            assert not m.CustomerDevice.objects.exists()

    def test_the_shops_own_tablet_leads_back_to_its_start(self, ada_site, mona, offer):
        tablet, path = Browser(), f"/s/mona/kiosk/{offer.id}"

        pages = [tablet.post(path, PERSON), tablet.post(path, PERSON)]

        assert [page.status_code for page in pages] == [200, 409]
        for page in pages:
            assert 'data-address="/s/mona/kiosk"' in page.content.decode()

    def test_only_the_shops_own_tablet_leaves_a_form_that_nobody_touches(self, ada_site, mona, offer):
        own, tablet = Browser().get(f"/s/mona/{offer.id}"), Browser().get(f"/s/mona/kiosk/{offer.id}")

        page = tablet.content.decode()
        assert 'data-leaves-to="/s/mona/kiosk" data-waits="60"' in page
        assert '<noscript><meta http-equiv="refresh" content="180;url=/s/mona/kiosk"></noscript>' in page
        assert "data-leaves-to" not in own.content.decode()
        assert "noscript" not in own.content.decode()

    def test_the_shops_own_tablet_is_not_to_keep_what_was_typed(self, ada_site, mona, offer):
        def kept(page):
            fields = re.findall(r'<input[^>]*name="(?:phone_number|name|birthday|agrees)"[^>]*>', page.content.decode())
            return [re.search(r'autocomplete="([^"]+)"', one)[1] for one in fields if "autocomplete" in one]

        own, tablet = Browser(), Browser()
        forms = [own.get(f"/s/mona/{offer.id}"), tablet.get(f"/s/mona/kiosk/{offer.id}")]
        fragments = [details(own), details(tablet, shared="1")]

        assert [kept(page) for page in forms] == [["tel-national", "name", "bday"], ["off"] * 4]
        assert [kept(page) for page in fragments] == [["name", "bday"], ["off"] * 2]

    def test_a_tablet_that_proved_a_number_before_still_shows_nothing(self, ada_site, mona, offer):
        tablet = Browser()
        tablet.claim(offer)
        with wall(ada_site, "site"):
            other = open_batch(mona)

        form = tablet.get(f"/s/mona/kiosk/{other.id}").content.decode()
        fragment = details(tablet, shared="1").content.decode()

        assert "Carl" not in form + fragment

    def test_a_merchant_that_is_not_active_has_no_page(self, ada_site, mona, offer, browser):
        with wall(ada_site, "site"):
            m.Merchant.objects.update(state="suspended")

        assert browser.get("/s/mona").status_code == 404


def test_the_answer_for_a_known_number_asks_the_database_as_much_as_for_an_unknown_one(ada_site, browser):
    """A stranger with a stopwatch learns nothing about who has a record."""
    with wall(ada_site, "site"):
        factories.make_customer("+966500000001")
    details(browser, phone_number="0500000003")  # whose site this is, is known from now on
    asked = []
    for number in ("0500000001", "0500000002"):
        with CaptureQueriesContext(connection) as ran:
            details(browser, phone_number=number)
        asked.append([query["sql"].split("(")[0] for query in ran.captured_queries])

    assert asked[0] == asked[1] != []
