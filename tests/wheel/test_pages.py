"""From the poster to the coupon as people with browsers walk it, without a script."""

from __future__ import annotations

import copy
import re

import pytest

from kernel import clock
from merchants import models as m
from merchants.services import claims
from messaging.consent.models import OptIn
from storefront.wheel.models import Spin
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import Browser, open_batch
from tests.wheel.walk import (
    KIOSK,
    form,
    move_clock,
    set_merchant,
    spins,
    text_of,
    token_in,
    waits,
)

# A day of the merchant's is one spin, and midnight comes at any moment.
pytestmark = pytest.mark.usefixtures("still_clock")


def test_the_message_waits_until_the_result_was_shown(ada_site, sure, browser):
    answer = form(browser)
    browser.get(answer["Location"])
    assert waits(ada_site) == 1

    browser.get(answer["Location"] + "?shown=1")
    assert waits(ada_site) == 0


def test_the_poster_leads_to_the_wheel_and_the_wheel_to_the_coupon(ada_site, sure, browser):
    assert browser.get("/s/mona")["Location"] == "/s/mona/wheel"
    assert "RM5" in text_of(browser.get("/s/mona/wheel"))

    answer = form(browser)
    wheel = browser.get(answer["Location"])
    shown = browser.get(answer["Location"] + "?shown=1")

    (made,) = spins(ada_site)
    assert 'data-stops-at="' in text_of(wheel)
    assert "You won: " in text_of(shown)
    assert f"/c/{made.coupon.serial}?new=1" in text_of(shown)
    assert "Carl" not in text_of(shown)
    assert browser.get(f"/c/{made.coupon.serial}?new=1").status_code == 200
    assert made.coupon.serial in text_of(browser.get("/my/"))


def test_who_does_not_see_the_wheel_reads_what_is_on_it(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Voucher & tea", 1, voucher), ("No Prize", 1), ("Voucher & tea", 1, voucher))

    pages = [browser.get("/s/mona/wheel"), form(browser, KIOSK, phone_number="0500000002")]
    spun = form(browser)["Location"]
    pages += [browser.get(spun), browser.get(f"{spun}?shown=1")]

    for page in pages:
        after = text_of(page).partition('class="wheel-pointer"')[2]
        listed = re.search(r'<ul class="sr-only" aria-label="What is on the wheel">(.*?)</ul>', after)[1]
        assert re.findall("<li>(.*?)</li>", listed) == ["Voucher &amp; tea", "No Prize"]


def test_a_reload_a_second_press_and_a_later_try_show_the_same_spin(ada_site, sure, browser):
    turn = re.search(r'name="turn" value="([^"]+)"', text_of(browser.get("/s/mona/wheel")))[1]
    first = form(browser, turn=turn)
    second = form(browser, turn=turn)
    later = form(browser, turn="another-press")

    (made,) = spins(ada_site)
    for answer in (first, second, later):
        assert made.coupon.serial in text_of(browser.get(answer["Location"] + "?shown=1"))
    assert made.coupon.serial in text_of(browser.get(first["Location"]))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "You have spun today already. This is what you won."), ("ar", "لقد أدرت العجلة اليوم. هذا ما ربحته.")],
)
def test_a_phone_that_has_spun_today_is_shown_what_it_won_and_nothing_turns_twice(ada_site, sure, language, words):
    browser = Browser(language=language)
    spun = form(browser)["Location"]
    waiting = text_of(browser.get(spun))
    fresh = text_of(browser.get(f"{spun}?shown=1"))

    ways = [browser.get("/s/mona/wheel"), form(browser, turn="a-later-press")]
    pages = [text_of(browser.get(answer["Location"])) for answer in ways]

    (made,) = spins(ada_site)
    assert "data-wheel-go" in waiting
    assert words not in waiting + fresh
    for page in pages:
        assert words in page
        assert "data-wheel-go" not in page
        assert f"/c/{made.coupon.serial}?new=1" in page


def test_a_wheel_that_this_phone_has_not_turned_yet_waits_for_it(sure, browser):
    form(browser)

    back = browser.get("/s/mona/wheel")

    assert "data-wheel-go" in text_of(browser.get(back["Location"]))


def test_tomorrow_and_on_a_new_version_the_same_phone_is_asked_for_its_spin(ada_site, mona, sure, browser, monkeypatch):
    noon = clock.now().replace(hour=9)  # in Riyadh, so that the day does not end meanwhile
    monkeypatch.setattr(clock, "now", lambda: noon)
    spun = form(browser)["Location"]
    browser.get(f"{spun}?shown=1")
    assert browser.get("/s/mona/wheel").status_code == 302

    with wall(ada_site, "site"):
        other = open_batch(mona, 5, on_centre=False, in_store=False)
        factories.make_version(sure.wheel, ("RM5 Voucher", 1, other), ("Voucher too", 1, other))
    on_new_version = browser.get("/s/mona/wheel")
    browser.get(f"{form(browser)['Location']}?shown=1")
    after_it = browser.get("/s/mona/wheel")
    move_clock(monkeypatch, days=1)

    assert on_new_version.status_code == 200
    assert after_it.status_code == 302
    assert browser.get("/s/mona/wheel").status_code == 200
    assert "You have spun today" not in text_of(browser.get(spun))


@pytest.mark.parametrize("what", ["wheel", "offer"])
def test_a_browser_that_never_saw_the_first_answer_has_all_of_it_after_the_second_press(ada_site, mona, sure, what):
    with wall(ada_site, "site"):
        offer = open_batch(mona, 5)
    path = "/s/mona/wheel" if what == "wheel" else f"/b/{offer.id}/claim"
    first, second = Browser(), Browser()
    turn = re.search(r'name="turn" value="([^"]+)"', text_of(first.get(path)))[1]
    second.client.cookies = copy.deepcopy(first.client.cookies)

    form(first, path, turn=turn)
    answer = form(second, path, turn=turn)

    with wall(ada_site, "site"):
        serial = m.Coupon.objects.get(state="taken").serial
    shown = answer["Location"] + ("?shown=1" if what == "wheel" else "")
    assert serial in text_of(second.get(shown))
    assert serial in text_of(second.get("/my/"))
    # The same secret stood in both presses, so this browser proved the number too.
    assert "Carl Customer" in text_of(second.get(f"/b/{offer.id}/claim"))
    later = form(second, path, turn="a-later-press")["Location"]
    assert serial in text_of(second.get(later + ("?shown=1" if what == "wheel" else "")))


def test_a_press_is_of_one_place_and_one_number(ada_site, mona, sure, browser):
    with wall(ada_site, "site"):
        offer = open_batch(mona, 5)

    assert form(browser, f"/s/mona/{offer.id}", turn="same")["Location"].startswith("/c/")
    assert form(browser, turn="same")["Location"].startswith("/s/mona/wheel/")
    assert form(browser, turn="same", phone_number="0500000002", name="Dana")["Location"].startswith("/s/mona/wheel/")
    assert len(spins(ada_site)) == 2


def test_another_browser_with_the_number_learns_only_that_it_has_spun(ada_site, sure, browser):
    form(browser)
    (made,) = spins(ada_site)

    answer = form(Browser())

    assert answer.status_code == 409
    assert "This number has spun today" in text_of(answer)
    assert made.coupon.serial not in text_of(answer)
    assert len(spins(ada_site)) == 1


def test_an_unproved_browser_finds_its_own_spin_again(ada_site, mona, sure):
    first = Browser()
    form(first, phone_number="0500000009", name="Somebody")  # the record's own browser
    with wall(ada_site, "site"):
        factories.make_customer("+966500000001")  # known, and proved by no browser
    second = Browser()

    made = form(second, name="", birthday="")
    again = form(second, name="", birthday="")

    assert made.status_code == again.status_code == 302
    assert text_of(second.get(made["Location"] + "?shown=1")).count("/c/") > 0
    with wall(ada_site, "site"):
        assert Spin.objects.count() == 2


def test_no_prize_says_when_the_wheel_turns_again(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 10_000, voucher), ("No Prize", 1))
    with wall(ada_site, "visitor"):  # who holds the prize already draws among the rest
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    shown = text_of(browser.get(form(browser)["Location"] + "?shown=1"))

    assert "No prize this time" in shown
    assert "The wheel turns for you again on" in shown


def test_the_review_step_comes_first_and_blocks_nothing(ada_site, mona, sure, browser):
    set_merchant(ada_site, mona, review_step=True, review_link="https://example.com/review")

    answer = form(browser)
    step = text_of(browser.get(answer["Location"]))

    assert answer["Location"].endswith("/review")
    assert "https://example.com/review" in step
    onward = re.search(r'href="(/s/mona/wheel/[^"]+)"', step)[1]
    assert "You won" in text_of(browser.get(onward + "?shown=1"))
    # Without the step the address leads straight on.
    set_merchant(ada_site, mona, review_step=False)
    assert browser.get(answer["Location"])["Location"] == onward


def test_what_answers_the_wheels_form_has_an_address_for_the_way_back(sure, browser):
    on_screen = [form(browser, KIOSK), form(Browser(), KIOSK)]
    on_screen.append(browser.post(f"{KIOSK}/result", {"spin": token_in(on_screen[0])}))

    assert [page.status_code for page in on_screen] == [200, 409, 200]
    for page in on_screen:
        assert 'data-address="/s/mona/kiosk"' in text_of(page)
    assert 'data-address="/s/mona/wheel"' in text_of(form(Browser()))
    assert "data-address" not in text_of(browser.get(form(browser, phone_number="0500000002")["Location"]))


def test_addresses_that_are_forged_old_or_anothers_lead_to_the_store(ada_site, mona, sure, browser):
    good = form(browser)["Location"]
    with wall(ada_site, "site"):
        factories.make_merchant("Sam", slug="sam")

    assert browser.get("/s/mona/wheel/forged")["Location"] == "/s/mona"
    assert browser.get(good.replace("/s/mona/", "/s/sam/"))["Location"] == "/s/sam"
    assert browser.post("/s/mona/kiosk/wheel/result", {"spin": "forged"})["Location"] == "/s/mona/kiosk"
    assert browser.get("/s/nobody/wheel").status_code == 404


def test_only_who_is_unknown_hears_that_nothing_was_stored(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 1, voucher, 1), ("Prize", 1, voucher, 1))
        till = factories.make_customer("+966500000002", name="")
    form(browser)

    unknown = form(Browser(), phone_number="0500000003")
    known = form(Browser(), phone_number="0500000002")

    assert unknown.status_code == known.status_code == 409
    assert "Nothing about you was stored" in text_of(unknown)
    for page in (unknown, known):
        assert "Come back a little later" in text_of(page)
        assert "Your spin of today is kept" in text_of(page)
    assert "Nothing about you was stored" not in text_of(known)
    with wall(ada_site, "site"):
        till.refresh_from_db()
        assert till.name == ""
        assert m.Customer.objects.count() == 2


def test_a_bare_number_of_a_till_gets_its_name_with_the_spin(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 1, voucher), ("No Prize", 10_000))
        till = factories.make_customer("+966500000001", name="")
    with wall(ada_site, "visitor"):
        claims.claim(phone="+966500000001", source="counter", now=clock.now(), batch_id=voucher.id)

    form(browser)

    assert [one.outcome for one in spins(ada_site)] == ["no_prize"]
    with wall(ada_site, "site"):
        till.refresh_from_db()
    assert till.name == "Carl Customer"


def test_what_is_missing_in_the_form_is_said_and_nothing_turns(ada_site, sure, browser):
    assert form(browser, name="").status_code == 422
    assert spins(ada_site) == []


def test_the_tick_in_the_form_counts_with_a_coupon(ada_site, mona, sure, browser):
    form(browser, agrees="on")
    form(Browser(), phone_number="0500000002")

    with wall(ada_site, "site"):
        assert OptIn.objects.get(merchant=mona).source == "wheel"


def test_the_tick_in_the_form_counts_for_nothing_without_a_coupon(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        other = open_batch(mona, 5)
        factories.make_wheel(mona, ("Prize", 1, voucher), ("No Prize", 10_000))
    form(browser, f"/s/mona/{other.id}")  # this browser proved the number
    with wall(ada_site, "visitor"):  # who holds the prize already draws among the rest
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    form(browser, agrees="on")

    assert [one.outcome for one in spins(ada_site)] == ["no_prize"]
    with wall(ada_site, "site"):
        assert not OptIn.objects.exists()
