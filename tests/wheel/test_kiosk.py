"""The wheel on the shop's own screen: what it shows, what it forgets, and for whom it waits."""

from __future__ import annotations

import re

import pytest

from kernel import clock
from merchants import models as m
from merchants.services import claims
from storefront.web import claim
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import Browser, open_batch
from tests.wheel.walk import (
    KIOSK,
    form,
    move_clock,
    spins,
    switch_off,
    text_of,
    token_in,
    waits,
)

# A day of the merchant's is one spin, and midnight comes at any moment.
pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.mark.parametrize("what", ["wheel", "offer"])
def test_whoever_goes_back_on_the_shops_screen_sees_nobodys_coupon(ada_site, mona, sure, browser, monkeypatch, what):
    with wall(ada_site, "site"):
        offer = open_batch(mona, 5, per_customer_limit=5)
    path = "/s/mona/kiosk/wheel" if what == "wheel" else f"/s/mona/kiosk/{offer.id}"

    first = form(browser, path, turn="a-press")
    pressed_twice = form(browser, path, turn="a-press")
    monkeypatch.setattr(claim, "TURN_WAITS", 0)
    form(browser, path, turn="another", phone_number="0500000002", name="Dana")
    reloaded = form(browser, path, turn="another", phone_number="0500000002", name="Dana")

    assert first.status_code == pressed_twice.status_code == 200
    assert reloaded["Location"] == "/s/mona/kiosk"
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(state="taken").count() == 2


def test_the_shops_screen_shows_the_result_and_forgets_it(ada_site, mona, sure, browser):
    assert "/s/mona/kiosk/wheel" in text_of(browser.get("/s/mona/kiosk"))

    answer = form(browser, "/s/mona/kiosk/wheel")

    (made,) = spins(ada_site)
    page = text_of(answer)
    token = re.search(r'name="spin" value="([^"]+)"', page)[1]
    assert answer.status_code == 200
    assert made.source == "kiosk"
    assert f"/c/{made.coupon.serial}" not in page  # a code to scan, no link in the screen's history
    assert "no-store" in answer["Cache-Control"]
    assert waits(ada_site) == 1
    shown = browser.post("/s/mona/kiosk/wheel/result", {"spin": token})
    assert waits(ada_site) == 0
    assert "You won" in text_of(shown)
    assert made.coupon.serial not in text_of(browser.get("/my/"))
    assert form(browser, "/s/mona/kiosk/wheel").status_code == 409


def test_who_was_called_away_from_the_shops_screen_finds_the_wheel_there_again(ada_site, sure, browser):
    form(browser, KIOSK)
    form(browser, KIOSK, phone_number="0500000002", name="Dana")

    again = form(browser, KIOSK)

    carls = spins(ada_site)[0].coupon.serial
    assert again.status_code == 200
    assert "Your one spin of today" in text_of(again)
    result = browser.post(f"{KIOSK}/result", {"spin": token_in(again)})
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(state="taken").count() == 2
    assert f"{carls[:5]}-{carls[5:10]}-{carls[10:]}" in text_of(result)
    # It was shown: from now on the screen knows it no more, but the other one still waits.
    assert form(browser, KIOSK).status_code == 409
    assert form(browser, KIOSK, phone_number="0500000002").status_code == 200


def test_a_form_that_is_sent_twice_does_not_bring_back_what_the_shops_screen_has_shown(sure, browser):
    wheel = form(browser, KIOSK, turn="a-press")
    browser.post(f"{KIOSK}/result", {"spin": token_in(wheel)})

    again = form(browser, KIOSK, turn="a-press")

    assert again["Location"] == "/s/mona/kiosk"
    assert form(browser, KIOSK).status_code == 409


def test_a_result_that_waits_on_the_shops_screen_is_told_nowhere_else(ada_site, sure, browser):
    form(browser, KIOSK)
    cookie = browser.client.cookies["device-unseen"]
    forger = Browser()
    forger.client.cookies["device-unseen"] = cookie.value[:-2]

    elsewhere = [form(Browser(), KIOSK), form(Browser()), form(browser), form(forger, KIOSK)]

    (made,) = spins(ada_site)
    for answer in elsewhere:
        assert answer.status_code == 409
        assert made.coupon.serial not in text_of(answer)
    assert cookie["httponly"]
    assert cookie["max-age"] == 15 * 60
    assert form(browser, KIOSK).status_code == 200


def test_a_result_waits_on_the_shops_screen_for_fifteen_minutes_however_often_it_is_asked_for(
    sure, browser, monkeypatch
):
    noon = clock.now().replace(hour=9)  # in Riyadh, so that the day does not end meanwhile
    monkeypatch.setattr(clock, "now", lambda: noon)
    form(browser, KIOSK)

    answers = []
    for _ in range(3):
        move_clock(monkeypatch, minutes=6)
        answers.append(form(browser, KIOSK).status_code)

    assert answers == [200, 200, 409]


def test_a_result_waits_on_the_shops_screen_when_the_wheel_is_stopped_meanwhile(ada_site, sure, browser):
    form(browser, KIOSK)
    switch_off(ada_site, sure)

    assert form(browser, KIOSK).status_code == 200


def test_the_shops_screen_leaves_a_waiting_wheel_late_and_a_result_sooner(sure, browser):
    wheel = form(browser, KIOSK)
    result = browser.post(f"{KIOSK}/result", {"spin": token_in(wheel)})

    refresh = '<meta http-equiv="refresh" content="%s;url=/s/mona/kiosk">'
    # With scripts its page counts, so that the minutes of a result begin with the result.
    assert f"<noscript>{refresh % 300}</noscript>" in text_of(wheel)
    assert 'data-leaves-to="/s/mona/kiosk" data-waits="300" data-stays="120"' in text_of(wheel)
    assert refresh % 120 in text_of(result)
    assert "noscript" not in text_of(result)


def test_where_nothing_turns_the_shops_screen_shows_at_once_what_there_is(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        drink = open_batch(mona, 5)
        factories.make_wheel(mona, ("Prize", 1, voucher), ("Prize", 1, voucher), always=drink)
    with wall(ada_site, "visitor"):  # who holds every prize draws nothing
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    page = text_of(form(browser, KIOSK))

    assert "No prize, but a coupon" in page
    assert "data-wheel-go" not in page
    assert form(browser, KIOSK).status_code == 409
