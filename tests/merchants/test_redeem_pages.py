"""The till over HTTP: sign-in by PIN on a paired device, scans, the answer's page, the end of a shift."""

from __future__ import annotations

import pytest
from django.test import Client

from kernel import clock
from merchants import models as m
from merchants.services import devices, members
from tenants.models import Site
from tenants.walls import wall
from tests import factories
from tests.cluster import HOSTS
from tests.storefront.conftest import Browser, open_batch

PIN = "482913"


@pytest.fixture
def mona(ada_site):
    with wall(ada_site, "site"):
        return factories.make_merchant("Mona")


@pytest.fixture
def owner(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.member_actor(factories.make_member(mona, "owner"), mona)


@pytest.fixture
def branch(ada_site, mona):
    with wall(ada_site, "site"):
        return factories.make_branch(mona, "Olaya")


@pytest.fixture
def pairing(ada_site, mona, owner, branch):
    with wall(ada_site, "merchant", merchant=mona.id):
        return devices.create(branch_id=branch.id, name="Till 1", kind="till", actor=owner, now=clock.now())


@pytest.fixture
def cora(ada_site, mona, owner, branch):
    with wall(ada_site, "merchant", merchant=mona.id):
        return members.add_cashier(
            name="Cora", username="cora", pin=PIN, branch_id=branch.id, actor=owner, now=clock.now()
        )


class Till(Browser):
    def pair(self, code):
        return self.post("/redeem/pair/", {"code": code})

    def sign_in(self, username="cora", pin=PIN):
        return self.post("/redeem/sign-in/", {"username": username, "pin": pin})

    def scan(self, serial, **more):
        return self.client.post("/redeem/", {"serial": serial, **more}, headers=self.headers, follow=True)


@pytest.fixture
def till(pairing, cora):
    found = Till()
    found.pair(pairing[1])
    found.sign_in()
    return found


@pytest.fixture
def serial(ada_site, mona):
    with wall(ada_site, "site"):
        batch = open_batch(mona, title_en="Breakfast deal")
    Browser().claim(batch)
    with wall(ada_site, "site"):
        return m.Coupon.objects.get(batch=batch, state="taken").serial


def test_without_a_sign_in_the_till_asks_for_one(ada_site):
    assert Browser().get("/redeem/")["Location"].startswith("/redeem/sign-in/")


def test_a_cashier_signs_in_by_pin_on_the_paired_device_only(pairing, cora):
    elsewhere, till = Till(), Till()
    till.pair(pairing[1])

    assert elsewhere.sign_in().status_code == 400
    assert till.sign_in(pin="111111").status_code == 403
    assert till.sign_in()["Location"] == "/redeem/"
    assert "Olaya" in till.get("/redeem/").content.decode()


def test_a_pairing_code_counts_once(pairing):
    first, second = Till(), Till()

    assert first.pair(pairing[1]).status_code == 302
    assert second.pair(pairing[1]).status_code >= 400
    assert "till" not in second.client.cookies


def test_pairing_codes_cannot_be_guessed_for_long(ada_site, still_clock):
    till = Till()
    codes = [till.pair("AAAA").status_code for _ in range(11)]

    assert codes[-1] == 429
    assert 429 not in codes[:10]


def test_a_scan_is_green_once_and_red_the_second_time_with_when_and_where(till, serial):
    good = till.scan(f"http://ada.localhost/C/{serial}").content.decode()
    bad = till.scan(serial.lower()).content.decode()

    assert 'data-result="good"' in good
    assert "Redeemed" in good
    assert "Breakfast deal" in good
    assert 'data-result="bad"' in bad
    assert "Already used" in bad
    assert "Olaya, by Cora" in bad


def test_a_form_that_is_sent_twice_gets_one_answer(till, serial):
    nonce = "0198c0de-0000-7000-8000-000000000001"

    pages = [till.scan(serial, nonce=nonce).content.decode() for _ in range(2)]

    assert all('data-result="good"' in page for page in pages)


def test_a_wrong_character_and_another_shops_coupon(ada_site, till):
    with wall(ada_site, "site"):
        sams = open_batch(factories.make_merchant("Sam"))
        foreign = m.Coupon.objects.filter(batch=sams).first().serial

    assert "Mistyped" in till.scan("2345").content.decode()
    assert "Of another shop" in till.scan(foreign).content.decode()


def test_guessing_at_the_till_is_throttled(till, still_clock):
    codes = [till.scan("2345").status_code for _ in range(41)]

    assert codes == [200] * 40 + [429]


def test_a_redemption_is_taken_back_with_a_reason(ada_site, till, serial):
    till.scan(serial)
    with wall(ada_site, "site"):
        found = m.Redemption.objects.get()

    without = till.post(f"/redeem/undo/{found.id}/", {"reason": ""})
    with_reason = till.post(f"/redeem/undo/{found.id}/", {"reason": "wrong bill"})

    assert without.status_code == 422
    assert with_reason["Location"] == "/redeem/"
    with wall(ada_site, "site"):
        assert m.Coupon.objects.get(serial=serial).state == "taken"


def test_the_history_lists_finds_and_exports(till, serial):
    till.scan(serial)

    page = till.get("/redeem/history/").content.decode()
    found = till.get(f"/redeem/history/?q={serial}").content.decode()
    export = b"".join(till.get("/redeem/history/?export=csv").streaming_content).decode("utf-8-sig")

    assert "Breakfast deal" in page
    assert "Breakfast deal" in found
    assert "Cora" in export


def test_the_shift_ends_with_the_device(ada_site, mona, owner, pairing, till):
    with wall(ada_site, "merchant", merchant=mona.id):
        devices.revoke(device_id=pairing[0].id, actor=owner, now=clock.now())

    assert till.get("/redeem/")["Location"] == "/redeem/sign-in/"
    assert till.get("/redeem/")["Location"].startswith("/redeem/sign-in/")


def test_a_pin_session_is_nothing_on_another_browser(till):
    thief = Till()
    thief.client.cookies["session"] = till.client.cookies["session"].value

    assert thief.get("/redeem/")["Location"] == "/redeem/sign-in/"


def test_a_cashier_reaches_nothing_of_the_merchant_area(till):
    assert till.get("/merchant/batches/").status_code == 403


def test_signing_out_ends_the_shift(till):
    till.post("/redeem/sign-out/")

    assert till.get("/redeem/")["Location"].startswith("/redeem/sign-in/")


def test_while_the_site_is_suspended_the_paired_device_still_redeems(ada_site, superuser, till, serial):
    till.post("/redeem/sign-out/")
    ada_site.state = Site.State.SUSPENDED
    from tenants.queries import sites

    sites._by_host[HOSTS["ada"]] = (float("inf"), ada_site)

    assert Client().get("/", headers={"host": HOSTS["ada"]}).status_code == 503
    assert 'data-result="good"' in till.scan(serial).content.decode()
    with wall(ada_site, "site"):
        assert m.Redemption.objects.get().actor_label == "Till 1"
    assert Browser().get("/redeem/").status_code == 302
