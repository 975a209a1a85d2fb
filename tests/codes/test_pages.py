"""Finding one's coupons by number, and having one sent again, in a browser."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from merchants.models import Coupon
from messaging.codes.models import PhoneCode
from messaging.codes.services import codes
from messaging.meta.models import Sender
from messaging.models import Message
from tenants.walls import wall
from tests import cluster, factories

PHONE = "+966512345678"


def typed(number):
    return {"phone_country": "SA", "phone_number": number}


@pytest.fixture
def browser(phone, monkeypatch):
    monkeypatch.setattr(codes, "six_digits", lambda: "123456")
    return Client(headers={"host": cluster.HOSTS["ada"]})


@pytest.fixture
def coupon(phone):
    open_long = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    return phone.taken(phone.batch(title_en="Free coffee", claim_until=open_long), factories.make_customer(phone=PHONE))


def test_a_customer_finds_the_coupons_of_a_number(phone, browser, coupon):
    asked = browser.post("/my/code", typed("0512345678"))
    entered = browser.post("/my/code/enter", {"code": "123 456"})
    page = browser.get("/my/").content.decode()

    assert (asked.status_code, asked.url, entered.status_code, entered.url) == (302, "/my/code/enter", 302, "/my/")
    assert "Free coffee" in page


def test_arabic_digits_count(phone, browser, coupon):
    browser.post("/my/code", typed("0512345678"))

    assert browser.post("/my/code/enter", {"code": "١٢٣٤٥٦"}).status_code == 302


def test_a_wrong_code_says_so_and_a_stranger_learns_nothing(phone, browser, coupon):
    browser.post("/my/code", typed("0512345678"))
    known = browser.post("/my/code/enter", {"code": "000000"})
    stranger = Client(headers={"host": cluster.HOSTS["ada"]})
    asked = stranger.post("/my/code", typed("0598765432"))
    unknown = stranger.post("/my/code/enter", {"code": "000000"})

    assert (known.status_code, unknown.status_code, asked.status_code) == (422, 422, 302)
    assert "This is not the code" in known.content.decode()
    assert "This is not the code" in unknown.content.decode()
    assert "Free coffee" not in browser.get("/my/").content.decode()


def test_without_a_cookie_there_is_nothing_to_type(phone, browser):
    assert browser.get("/my/code/enter").url == "/my/code"


def test_a_code_that_is_over_offers_a_new_one(phone, browser, coupon):
    browser.post("/my/code", typed("0512345678"))
    PhoneCode.objects.update(tries=5)

    page = browser.get("/my/code/enter").content.decode()

    assert "Ask for a new code" in page


def test_too_many_questions_meet_a_neutral_page(phone, browser, coupon):
    browser.post("/my/code", typed("0512345678"))

    assert browser.post("/my/code", typed("0512345678")).status_code == 429


def test_a_site_without_whatsapp_says_so(phone, browser):
    Sender.objects.update(state="off")

    page = browser.get("/my/code").content.decode()

    assert "not available here" in page
    assert "Find them by my number" not in browser.get("/my/").content.decode()


def test_a_refused_second_claim_offers_a_code_that_the_shop_pays_for(phone, browser, coupon):
    claim = {**typed("0512345678"), "name": "Carl", "birthday": "1990-05-17"}
    refused = browser.post(f"/b/{coupon.batch_id}/claim", claim).content.decode()
    asked = browser.post(f"/my/code?offer={coupon.batch_id}", typed("0512345678"))
    page = browser.get(asked.url).content.decode()

    assert f"/my/code?offer={coupon.batch_id}" in page
    assert f"/my/code?offer={coupon.batch_id}" in refused
    assert PhoneCode.objects.get().merchant_id == phone.merchant_id


def test_who_spun_elsewhere_may_ask_for_a_code_that_the_shop_pays_for(phone, browser, coupon):
    shop = phone.shop.merchant
    open_long = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    prize = phone.batch(claim_until=open_long)
    factories.make_wheel(shop, ("A", 1, prize), ("B", 1, prize))
    person = {**typed("0512345678"), "name": "Carl", "birthday": "1990-05-17"}
    Client(headers={"host": cluster.HOSTS["ada"]}).post(f"/s/{shop.slug}/wheel", person)

    refused = browser.post(f"/s/{shop.slug}/wheel", person).content.decode()
    kiosk = browser.post(f"/s/{shop.slug}/kiosk/wheel", person).content.decode()
    asked = browser.post(f"/my/code?shop={shop.slug}", typed("0512345678"))
    entering = browser.get(asked.url).content.decode()
    entered = browser.post(asked.url, {"code": "123456"})
    mine = browser.get(entered.url).content.decode()

    assert "This number has spun today" in refused
    assert f"/my/code?shop={shop.slug}" in refused
    assert f"/my/code?shop={shop.slug}" in entering
    assert "/my/code" not in kiosk
    assert PhoneCode.objects.get().merchant_id == phone.merchant_id
    assert Coupon.objects.get(source="wheel").serial in mine


def test_without_whatsapp_the_wheel_offers_no_code(phone, browser, coupon):
    shop = phone.shop.merchant
    prize = phone.batch(claim_until=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    factories.make_wheel(shop, ("A", 1, prize), ("B", 1, prize))
    person = {**typed("0512345678"), "name": "Carl", "birthday": "1990-05-17"}
    Client(headers={"host": cluster.HOSTS["ada"]}).post(f"/s/{shop.slug}/wheel", person)
    Sender.objects.update(state="off")

    refused = browser.post(f"/s/{shop.slug}/wheel", person).content.decode()

    assert "This number has spun today" in refused
    assert "/my/code" not in refused


@pytest.mark.parametrize("asked", ["shop=nobody", "shop=", "offer=x", "offer=00000000-0000-7000-8000-00000000dead"])
def test_a_payer_that_is_not_there_pays_nothing(phone, browser, coupon, asked):
    assert browser.post(f"/my/code?{asked}", typed("0512345678")).status_code == 302

    assert PhoneCode.objects.get().merchant_id is None


def test_a_proved_holder_has_the_coupon_sent_again(phone, browser, coupon):
    browser.post("/my/code", typed("0512345678"))
    browser.post("/my/code/enter", {"code": "123456"})
    page = browser.get(f"/c/{coupon.serial}").content.decode()

    browser.post(f"/my/send/{coupon.serial}")

    (message,) = Message.objects.all()
    assert "Send it to my WhatsApp" in page
    assert (message.trigger, message.coupon_id, phone.wallet()) == ("resend", coupon.id, (10, 9))


def test_a_country_that_is_not_sent_to_is_said_in_words(phone, browser, coupon):
    browser.post("/my/code", typed("0512345678"))
    browser.post("/my/code/enter", {"code": "123456"})
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(countries=["AE"])

    asked = browser.post("/my/code", typed("0512345679"))
    sent = browser.get(browser.post(f"/my/send/{coupon.serial}").url)

    assert (asked.status_code, "not sent to numbers of this country" in asked.content.decode()) == (422, True)
    assert "not sent to numbers of this country" in sent.content.decode()
    assert Message.objects.count() == 0


def test_somebody_who_only_has_the_serial_sends_nothing(phone, browser, coupon):
    page = browser.get(f"/c/{coupon.serial}").content.decode()

    browser.post(f"/my/send/{coupon.serial}")

    assert "Send it to my WhatsApp" not in page
    assert Message.objects.count() == 0
