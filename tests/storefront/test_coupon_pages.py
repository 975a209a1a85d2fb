"""The coupon's page and my coupons: what it is, never whose; one 404 for all; throttled."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from kernel import clock
from merchants import models as m
from merchants.serials import new_serials
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import PERSON, Browser, open_batch
from tests.storefront.test_centre import steady
from tests.storefront.test_claim_pages import serial_of


@pytest.fixture
def taken(offer, browser):
    return serial_of(browser.claim(offer))


def test_it_is_private_unindexed_and_sends_no_referrer_out(taken):
    page = Browser().get(f"/c/{taken}")

    assert page["Cache-Control"] == "private, no-store"
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Referrer-Policy"] == "same-origin"


def test_it_holds_the_serial_in_groups_and_codes_that_scanners_read(taken):
    import base64

    text = Browser().get(f"/c/{taken}").content.decode()

    assert f"{taken[:5]}-{taken[5:10]}-{taken[10:]}" in text
    svg = base64.b64decode(re.search(r'class="qr qr-full" src="data:image/svg\+xml;base64,([^"]+)"', text)[1]).decode()
    assert read_qr(svg) == f"HTTP://ADA.LOCALHOST/C/{taken}"
    bars = re.search(r'viewBox="0 0 (\d+) 1".*?d="([^"]+)"', text, re.DOTALL)
    assert read_bars(int(bars[1]), bars[2]) == taken


def read_qr(svg):
    """Draw the path of a QR image, module by module, and read it back."""
    size = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    cells = re.findall(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)", svg)
    scale = 8 * 45 / size
    image = Image.new("L", (int(size * scale) + 1,) * 2, 255)
    for x, y, right, bottom in cells:
        box = (float(x) * scale, float(y) * scale, float(right) * scale, float(bottom) * scale)
        image.paste(0, tuple(round(value) for value in box))
    return zxingcpp.read_barcodes(image)[0].text


def read_bars(width, path):
    image = Image.new("L", (width * 3, 90), 255)
    for x, length in re.findall(r"M(\d+) 0h(\d+)v1", path):
        image.paste(0, (int(x) * 3, 0, (int(x) + int(length)) * 3, 90))
    return zxingcpp.read_barcodes(image)[0].text


@pytest.mark.parametrize("form", ["lower", "grouped", "spaced"])
def test_it_is_found_however_the_serial_is_typed(taken, form):
    typed = {
        "lower": taken.lower(),
        "grouped": f"{taken[:5]}-{taken[5:10]}-{taken[10:]}",
        "spaced": f"{taken[:5]}%20{taken[5:]}",
    }

    assert Browser().get(f"/c/{typed[form]}").status_code == 200


@pytest.fixture
def foreign(bob_site):
    """A serial of another site."""
    with wall(bob_site, "site"):
        return m.Coupon.objects.filter(batch=factories.make_batch(factories.make_merchant())).first().serial


def mistyped():
    serial = new_serials(1)[0]
    return serial[:-1] + ("2" if serial[-1] != "2" else "3")


def said(serial):
    """What its page answers, without what names the serial itself."""
    answer = Browser().get(f"/c/{serial}")
    return answer.status_code, steady(answer.content, serial)


def test_unknown_mistyped_and_foreign_serials_get_one_identical_404(offer, foreign):
    answers = {said(serial) for serial in (new_serials(1)[0], "222", mistyped(), foreign)}

    assert [status for status, _page in answers] == [404]


def test_the_eleventh_unknown_serial_is_told_to_wait_and_a_foreign_one_reads_the_same(offer, foreign, still_clock):
    guesser = Browser()
    codes = [guesser.get(f"/c/{serial}").status_code for serial in new_serials(11)]

    assert codes == [404] * 10 + [429]
    assert said(foreign) == said(new_serials(1)[0])
    assert said(foreign)[0] == 429


def test_a_neighbours_guesses_close_nobodys_coupon(ada_site, mona, taken, browser, still_clock):
    with wall(ada_site, "site"):
        m.Merchant.objects.filter(id=mona.id).update(review_step=True, review_link="https://example.com/review")
        printed = m.Coupon.objects.get(batch=open_batch(mona, 1, print_quantity=1)).serial
    for serial in new_serials(12):
        last = Browser().get(f"/c/{serial}")

    pages = [browser.get(path) for path in (f"/c/{taken}", f"/c/{taken}/thanks", f"/c/{printed}/claim")]

    assert last.status_code == 429
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert browser.get(f"/c/{taken}/whatsapp").status_code == 200
    assert browser.post(f"/c/{taken}/keep").status_code == 302
    assert browser.post(f"/c/{printed}/claim", PERSON)["Location"].startswith(f"/c/{printed}")
    assert browser.get(f"/c/{taken}/claim").status_code == 429  # it was never printed


def test_a_mistyped_serial_costs_no_look_up_and_counts_as_no_guess(offer, still_clock):
    with CaptureQueriesContext(connection) as queries:
        codes = {Browser().get(f"/c/{mistyped()}").status_code for _ in range(12)}

    assert codes == {404}
    assert [query["sql"] for query in queries if "coupon_page" in query["sql"]] == []
    assert Browser().get(f"/c/{new_serials(1)[0]}").status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("redeemed", "This coupon has been used"), ("lapsed", "This coupon has run out"),
        ("void", "This coupon was withdrawn"),
    ],
)  # fmt: skip
def test_its_state_is_said_in_words_and_the_code_is_gone(ada_site, taken, state, words):
    with wall(ada_site, "site"):
        m.Coupon.objects.filter(serial=taken).update(state=state, redeemed_at=clock.now())

    text = Browser().get(f"/c/{taken}").content.decode()

    assert words in text
    assert "qr-full" not in text


def test_a_coupon_whose_time_has_passed_has_run_out_before_the_nightly_job(ada_site, taken):
    with wall(ada_site, "site"):
        m.Coupon.objects.filter(serial=taken).update(use_until=clock.now())

    assert "This coupon has run out" in Browser().get(f"/c/{taken}").content.decode()


def test_an_untaken_coupon_of_the_centre_shows_no_code(ada_site, offer):
    with wall(ada_site, "site"):
        free = m.Coupon.objects.filter(batch=offer, lane="online").first().serial

    text = Browser().get(f"/c/{free}").content.decode()

    assert "qr-full" not in text
    assert "Make it mine" not in text


def test_a_coupon_can_be_kept_in_another_browser_and_let_go(taken):
    friend = Browser()
    assert taken not in friend.get("/my/").content.decode()

    friend.post(f"/c/{taken}/keep")
    kept = friend.get("/my/").content.decode()
    friend.post(f"/c/{taken}/keep", {"drop": "1"})

    assert taken in kept
    assert taken not in friend.get("/my/").content.decode()


def test_what_a_browser_keeps_is_read_in_one_query_and_in_its_order(ada_site, offer):
    with wall(ada_site, "site"):
        serials = list(m.Coupon.objects.filter(batch=offer, lane="online").values_list("serial", flat=True)[:4])
        m.Coupon.objects.filter(serial__in=serials).update(state="taken", taken_at=clock.now())
    friend = Browser()

    def queries():
        with CaptureQueriesContext(connection) as found:
            page = friend.get("/my/").content.decode()
        return len(found), [serial for _place, serial in sorted((page.find(one), one) for one in serials if one in page)]

    friend.post(f"/c/{serials[0]}/keep")
    one, _shown = queries()
    for serial in serials[1:]:
        friend.post(f"/c/{serial}/keep")
    several, shown = queries()

    assert shown == serials[::-1]
    assert several == one


def test_a_forged_cookie_keeps_nothing(taken):
    forger = Browser()
    forger.client.cookies["device-kept"] = f'["{taken}"]'

    assert taken not in forger.get("/my/").content.decode()


def test_my_coupons_lists_what_the_proved_number_holds_wherever_it_was_taken(ada_site, mona, offer, browser):
    first = serial_of(browser.claim(offer))
    with wall(ada_site, "site"):
        other = open_batch(mona)
    elsewhere = serial_of(Browser().claim(other, name="", birthday=""))

    text = browser.get("/my/").content.decode()

    assert first in text
    assert elsewhere in text
    assert "Carl Customer" in text


def test_what_the_proved_number_holds_is_among_my_coupons_already(offer, mona, browser, ada_site):
    browser.claim(offer)
    with wall(ada_site, "site"):
        other = open_batch(mona)
    elsewhere = serial_of(Browser().claim(other, name="", birthday=""))

    assert "Add to my coupons" not in browser.get(f"/c/{elsewhere}").content.decode()
    assert "Add to my coupons" in Browser().get(f"/c/{elsewhere}").content.decode()


def test_my_details_are_mine_alone(ada_site, offer, browser):
    browser.claim(offer)
    with wall(ada_site, "site"):
        customer = m.Customer.objects.get()
    path, form = f"/my/{customer.id}/", {"name": "Carlo", "birthday": "1990-05-18", "language": "ar"}

    assert Browser().get(path).status_code == 404
    assert Browser().post(path, form).status_code == 404
    assert browser.post(path, form)["Location"] == "/my/"
    with wall(ada_site, "site"):
        customer.refresh_from_db()
        assert (customer.name, customer.language) == ("Carlo", "ar")
        assert m.CustomerEdit.objects.get().fields == ["birthday", "language", "name"]


def test_a_device_cookie_of_one_site_is_nothing_on_another(offer, browser):
    browser.claim(offer)
    elsewhere = Browser("bob.localhost")
    elsewhere.client.cookies["device"] = browser.client.cookies["device"].value

    assert "Carl" not in elsewhere.get("/my/").content.decode()
