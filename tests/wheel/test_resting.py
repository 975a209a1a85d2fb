"""What a wheel gives and holds back, and what people read when it rests."""

from __future__ import annotations

import re

import pytest

from kernel import clock
from merchants import models as m
from merchants.services import claims
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import Browser, open_batch
from tests.wheel.walk import (
    form,
    in_store,
    move_clock,
    spins,
    switch_off,
    text_of,
)

# A day of the merchant's is one spin, and midnight comes at any moment.
pytestmark = pytest.mark.usefixtures("still_clock")


def test_a_batch_without_a_channel_is_given_by_the_wheel_and_by_nothing_else(ada_site, mona, voucher, browser):
    for past in (f"/s/mona/{voucher.id}", f"/b/{voucher.id}/claim"):
        assert form(browser, past).status_code == 404
    with wall(ada_site, "site"):
        assert not m.Coupon.objects.filter(state="taken").exists()
        factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher))

    assert form(browser).status_code == 302
    with wall(ada_site, "site"):
        assert m.Coupon.objects.get(state="taken").source == "wheel"


def test_what_was_a_prize_stays_off_the_page_behind_the_poster(ada_site, mona, voucher, sure, browser):
    past = f"/s/mona/{voucher.id}"
    in_store(ada_site, voucher)
    with wall(ada_site, "site"):
        other = open_batch(mona, 5, on_centre=False, in_store=False)
        factories.make_version(sure.wheel, ("Other", 1, other), ("Other too", 1, other))

    assert form(browser, past)["Location"] == "/s/mona/wheel"
    assert browser.get("/s/mona")["Location"] == "/s/mona/wheel"


def test_a_wheel_that_never_ran_holds_nothing_back(ada_site, mona, voucher, browser):
    in_store(ada_site, voucher)
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher), is_on=False)

    assert browser.get("/s/mona")["Location"] == f"/s/mona/{voucher.id}"
    assert form(browser, f"/s/mona/{voucher.id}")["Location"].startswith("/c/")


def test_what_only_the_wheel_gives_is_not_to_be_had_past_it(ada_site, mona, voucher, sure, browser):
    past = f"/s/mona/{voucher.id}"
    in_store(ada_site, voucher)
    assert browser.get(past)["Location"] == "/s/mona/wheel"
    assert form(browser, past)["Location"] == "/s/mona/wheel"
    switch_off(ada_site, sure)

    assert form(browser, past).status_code == 404
    assert str(voucher.id) not in text_of(browser.get("/s/mona"))
    assert browser.get("/s/mona/wheel")["Location"] == "/s/mona"
    with wall(ada_site, "site"):
        assert not m.Coupon.objects.filter(state="taken").exists()


def test_other_offers_stay_beside_the_wheel(ada_site, mona, sure, browser):
    with wall(ada_site, "site"):
        other = open_batch(mona, 5, title_en="Breakfast deal")

    page = text_of(browser.get("/s/mona"))

    assert "/s/mona/wheel" in page
    assert f"/s/mona/{other.id}" in page
    assert form(browser, f"/s/mona/{other.id}").status_code == 302


@pytest.fixture
def last(ada_site, mona):
    """A wheel with one prize left."""
    with wall(ada_site, "site"):
        one = open_batch(mona, 1, in_store=False)
        return factories.make_wheel(mona, ("Prize", 1, one), ("Prize", 1, one))


def test_when_everything_is_won_the_wheel_rests(last, browser):
    form(browser)

    late = form(Browser(), phone_number="0500000002")

    assert Browser().get("/s/mona/wheel")["Location"] == "/s/mona"
    assert late.status_code == 409
    assert "Everything is won" in text_of(late)
    assert "Nothing about you was stored" in text_of(late)


@pytest.mark.parametrize("why", ["won", "off"])
def test_who_won_is_shown_that_again_when_the_wheel_rests_by_now(ada_site, last, browser, why):
    turn = re.search(r'name="turn" value="([^"]+)"', text_of(browser.get("/s/mona/wheel")))[1]
    first = form(browser, turn=turn)
    if why == "off":
        switch_off(ada_site, last)

    answers = [form(browser, turn=turn), form(browser, turn="a-later-press"), browser.get("/s/mona/wheel")]

    (made,) = spins(ada_site)
    for answer in (first, *answers):
        assert made.coupon.serial in text_of(browser.get(answer["Location"] + "?shown=1"))


def test_an_unproved_browser_finds_its_own_spin_again_on_a_wheel_that_was_stopped(ada_site, mona, sure):
    with wall(ada_site, "site"):
        factories.make_customer("+966500000001")  # known, and proved by no browser
    second = Browser()
    form(second, name="", birthday="")
    switch_off(ada_site, sure)

    later = form(second, name="", birthday="", turn="a-later-press")

    (made,) = spins(ada_site)
    assert made.coupon.serial in text_of(second.get(later["Location"] + "?shown=1"))


def test_a_form_that_was_open_when_the_wheel_was_stopped_says_so(ada_site, sure, browser):
    browser.get("/s/mona/wheel")
    switch_off(ada_site, sure)

    answers = [form(browser), form(browser, "/s/mona/kiosk/wheel")]

    for answer in answers:
        assert answer.status_code == 409
        assert "The shop has stopped it for a while." in text_of(answer)
    assert spins(ada_site) == []


def test_a_wheel_that_rests_shows_nobody_a_spin_that_is_not_their_own_of_today(ada_site, last, browser, monkeypatch):
    form(browser)
    with wall(ada_site, "site"):
        other = factories.make_merchant("Sam", slug="sam")
        sams = open_batch(other, 1, in_store=False)
        wheel = factories.make_wheel(other, ("Prize", 1, sams), ("Prize", 1, sams))
    switch_off(ada_site, wheel)

    assert browser.get("/s/sam/wheel")["Location"] == "/s/sam"
    assert browser.get("/s/mona/kiosk/wheel")["Location"] == "/s/mona/kiosk"
    assert Browser().get("/s/mona/wheel")["Location"] == "/s/mona"
    move_clock(monkeypatch, days=1)
    assert browser.get("/s/mona/wheel")["Location"] == "/s/mona"


def test_who_holds_every_prize_reads_that_nothing_is_left(ada_site, mona, voucher, browser):
    with wall(ada_site, "site"):
        factories.make_wheel(mona, ("Prize", 1, voucher), ("Prize", 1, voucher))
    with wall(ada_site, "visitor"):
        claims.claim(phone="+966500000001", source="wheel", now=clock.now(), batch_id=voucher.id, name="Carl")

    answer = form(browser)

    assert answer.status_code == 409
    assert "There is nothing left to win for now." in text_of(answer)
