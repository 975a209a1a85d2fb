"""Valkey is gone: the pages and the claim go on, by the database alone."""

from __future__ import annotations

import re

import pytest

from merchants import models as m
from tenants.walls import wall

pytestmark = pytest.mark.usefixtures("no_valkey")


def test_the_coupon_centre_shows_its_offers_and_filters(offer, browser):
    answer = browser.get("/")

    assert answer.status_code == 200
    assert "Breakfast deal" in answer.content.decode()


def test_a_press_goes_on_and_the_same_press_again_takes_no_second_coupon(ada_site, offer, browser):
    form = browser.get(f"/b/{offer.id}/claim").content.decode()
    turn = re.search(r'name="turn" value="([^"]+)"', form)[1]

    first, second = browser.claim(offer, turn=turn), browser.claim(offer, turn=turn)
    page = browser.get(first["Location"])

    assert (first.status_code, second.status_code, page.status_code) == (302, 302, 200)
    assert first["Location"].split("?")[0] == second["Location"].split("?")[0]
    assert "Here is your coupon" in page.content.decode()
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(state="taken").count() == 1


def test_a_device_in_the_store_shows_the_coupon_too(ada_site, offer, browser):
    answer = browser.post(
        f"/s/mona/kiosk/{offer.id}",
        {"phone_country": "SA", "phone_number": "0500000001", "name": "Carl", "birthday": "1990-05-17", "turn": "t"},
    )

    assert answer.status_code == 200
    assert "coupon-serial" in answer.content.decode()
    with wall(ada_site, "site"):
        assert m.Coupon.objects.filter(state="taken").count() == 1
