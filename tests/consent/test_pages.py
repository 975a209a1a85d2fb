"""The merchant's register, and the customer's own page."""

from __future__ import annotations

import re

import pytest

from kernel import clock
from merchants import models as m
from messaging.consent.models import OptIn, OptInEvent, Suppression
from messaging.consent.services import consent
from tenants.walls import wall
from tests import factories
from tests.merchants.cast import browser as signed_in
from tests.merchants.cast import open_shop
from tests.storefront.conftest import Browser, open_batch


@pytest.fixture
def shop(ada_site):
    found = open_shop(ada_site, brand="Mona's Coffee", slug="mona")
    with wall(ada_site, "site"):
        batch = open_batch(found.merchant, 9)
    Browser().claim(batch, agrees="on")
    Browser().claim(batch, phone_number="0500000002", name="Nora Second", agrees="on")
    Browser().claim(batch, phone_number="0500000003", name="Never Asked")
    return found


@pytest.fixture
def carl(ada_site, shop):
    with wall(ada_site, "site"):
        return OptIn.objects.get(customer__name="Carl Customer")


def test_the_register_lists_who_agreed_and_can_be_exported(shop, carl):
    client = signed_in(shop)

    text = client.get("/merchant/consent/").content.decode()
    export = b"".join(client.get("/merchant/consent/?export=csv").streaming_content).decode()

    assert "Carl Customer" in text
    assert "Nora Second" in text
    assert "Never Asked" not in text
    assert export.count("Agreed") == 2
    assert "2026-11" in export


@pytest.mark.parametrize("typed", ["+966500000001", "0500000001", "050 000 0001", "00966500000001", "٠٥٠٠٠٠٠٠٠١"])
def test_a_number_is_found_as_people_write_it(shop, typed):
    page = signed_in(shop).get("/merchant/consent/", {"q": typed}).content.decode()

    assert "Carl Customer" in page
    assert "Nora Second" not in page


def test_a_stopped_number_shows_as_stopped(ada_site, shop):
    with wall(ada_site, "site"):
        consent.opt_out_number(phone="+966500000001", source="keyword", now=clock.now())
    client = signed_in(shop)

    text = client.get("/merchant/consent/?state=stopped").content.decode()

    assert "Carl Customer" in text
    assert "Nora Second" not in text
    assert "Nora Second" in client.get("/merchant/consent/?state=given").content.decode()


def test_the_history_shows_the_words_and_staff_can_withdraw_once(ada_site, shop, carl):
    client, page = signed_in(shop), f"/merchant/consent/{carl.id}/"

    before = client.get(page).content.decode()
    nothing_said = client.post(f"{page}withdraw/", {"reason": ""})
    done = client.post(f"{page}withdraw/", {"reason": "Asked at the till"})
    after = client.get(page).content.decode()
    again = client.post(f"{page}withdraw/", {"reason": "Again"})

    assert "Mona&#x27;s Coffee may send me offers" in before
    assert nothing_said.status_code == 422
    assert done["Location"] == page
    assert "Asked at the till" in after
    assert again.status_code == 422
    with wall(ada_site, "site"):
        assert OptIn.objects.get(id=carl.id).state == "withdrawn"
        assert OptInEvent.objects.filter(customer_id=carl.customer_id).count() == 2


def test_another_merchant_sees_none_of_it(ada_site, shop, carl):
    client = signed_in(open_shop(ada_site))

    assert "Carl" not in client.get("/merchant/consent/").content.decode()
    assert client.get(f"/merchant/consent/{carl.id}/").status_code == 404
    assert client.post(f"/merchant/consent/{carl.id}/withdraw/", {"reason": "x"}).status_code == 404


def test_the_register_costs_as_many_queries_for_many_as_for_few(ada_site, shop, django_assert_max_num_queries):
    client = signed_in(shop)
    client.get("/merchant/consent/")
    with django_assert_max_num_queries(22) as few:
        client.get("/merchant/consent/")
    with wall(ada_site, "site"):
        for _ in range(20):
            factories.make_optin(shop.merchant, _of(shop))

    with django_assert_max_num_queries(22) as many:
        client.get("/merchant/consent/")

    assert len(many) <= len(few) + 1


def _of(shop):
    customer = factories.make_customer()
    m.MerchantCustomer.objects.create(
        merchant=shop.merchant, customer=customer, first_at=factories.NOW, last_at=factories.NOW
    )
    return customer


class TestMine:
    def page(self, browser):
        return re.search(r'href="(/my/[0-9a-f-]+/messages/)"', browser.get("/my/").content.decode())[1]

    def test_a_proved_number_agrees_withdraws_stops_and_resumes(self, ada_site, mona, offer, browser):
        browser.claim(offer)
        page = self.page(browser)
        shown = browser.get(page).content.decode()

        browser.post(f"{page}change/", {"act": "agree", "merchant": str(mona.id)})
        with wall(ada_site, "site"):
            agreed = OptIn.objects.get()
        assert (agreed.state, agreed.source) == ("given", "customer")
        browser.post(f"{page}change/", {"act": "withdraw", "merchant": str(mona.id)})
        browser.post(f"{page}change/", {"act": "stop"})
        stopped = browser.get(page).content.decode()
        with wall(ada_site, "site"):
            assert OptIn.objects.get().state == "withdrawn"
            assert Suppression.objects.get().resumed_at is None
        browser.post(f"{page}change/", {"act": "resume"})

        assert "Mona&#x27;s Coffee may send me offers" in shown
        assert "You get no offers on this number" in stopped
        with wall(ada_site, "site"):
            assert Suppression.objects.get().resumed_at is not None

    def test_what_whatsapp_stopped_stays_stopped_and_the_page_says_where_to_go(self, ada_site, offer, browser):
        browser.claim(offer)
        page = self.page(browser)
        with wall(ada_site, "site"):
            consent.opt_out_number(phone="+966500000001", source="meta", now=clock.now())

        answer = browser.post(f"{page}change/", {"act": "resume"})

        assert answer.status_code == 409
        assert "Only there can you allow them again" in answer.content.decode()

    def test_a_browser_that_did_not_prove_the_number_has_no_such_page(self, ada_site, mona, offer, browser):
        browser.claim(offer)
        page, stranger = self.page(browser), Browser()
        stranger.claim(offer, phone_number="0500000009", name="Sam Stranger")

        assert stranger.get(page).status_code == 404
        assert stranger.post(f"{page}change/", {"act": "stop"}).status_code == 404
        with wall(ada_site, "site"):
            assert not Suppression.objects.exists()

    @pytest.mark.parametrize("act", [{"act": "agree"}, {"act": "agree", "merchant": "x"}, {"act": "nonsense"}, {}])
    def test_nonsense_changes_nothing(self, ada_site, offer, browser, act):
        browser.claim(offer)

        assert browser.post(f"{self.page(browser)}change/", act).status_code == 404
        with wall(ada_site, "site"):
            assert not OptIn.objects.exists()

    def test_a_store_whose_coupons_one_does_not_hold_cannot_be_agreed_with(self, ada_site, offer, browser):
        browser.claim(offer)
        with wall(ada_site, "site"):
            other = factories.make_merchant()

        answer = browser.post(f"{self.page(browser)}change/", {"act": "agree", "merchant": str(other.id)})

        assert answer.status_code == 404
