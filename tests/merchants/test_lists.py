"""Lists stay within their queries however long they grow, show only one's own, and say exactly what was agreed."""

from __future__ import annotations

import csv
import io

import pytest

from credits.services import ledger
from kernel import clock
from kernel.ids import uuid7
from merchants.models import Coupon
from merchants.queries import batches as read
from merchants.services import apikeys, batches, tags
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.merchants.cast import JOB, browser, claim, generate, open_shop

PAGES = (
    "", "batches/", "coupons/", "templates/", "wallets/", "wallets/coupon/", "customers/", "people/", "branches/",
    "devices/", "keys/", "history/", "customers/tags/",
)  # fmt: skip


def furnish(shop, rounds):
    """Some of everything."""
    for _ in range(rounds):
        batch = generate(shop, 3)
        for _ in range(2):
            claim(shop, batch, f"+9665{next(factories._numbers):08d}")
        with wall(shop.site, "site"):
            branch = factories.make_branch(shop.merchant)
            factories.make_member(shop.merchant, "manager")
        with shop.open():
            from merchants.services import devices

            devices.create(branch_id=branch.id, name="Till", kind="till", actor=shop.owner, now=NOW)
            apikeys.create(name="k", scopes=["coupons:read"], actor=shop.owner, now=NOW)
            for customer_id in Coupon.objects.filter(batch=batch, taken_at__isnull=False).values_list("customer_id"):
                tags.put(
                    merchant=shop.merchant, customer_id=customer_id[0], tags=["VIP", str(batch.number)], actor=shop.owner,
                    now=NOW,
                )  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_as_many_queries_for_twenty_rows_as_for_two(shop, page, django_assert_max_num_queries):
    client = browser(shop)
    furnish(shop, 2)
    url = f"/merchant/{page}"
    client.get(url)
    with django_assert_max_num_queries(22) as few:
        client.get(url)

    furnish(shop, 18)

    with django_assert_max_num_queries(22) as many:
        assert client.get(url).status_code == 200
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize("page", PAGES)
def test_another_merchant_sees_nothing_of_it(shop, page):
    furnish(shop, 1)
    with shop.open():
        coupon = Coupon.objects.first()
    other = browser(open_shop(shop.site))

    content = other.get(f"/merchant/{page}").content.decode()

    assert "Twenty off" not in content
    assert coupon.serial not in content.replace("-", "")


def test_the_three_balances_have_exactly_these_names_and_no_total(shop):
    page = browser(shop).get("/merchant/wallets/").content.decode()

    for label in ("Coupon Credits Remaining", "WhatsApp UI Credits Remaining", "WhatsApp BI Credits Remaining"):
        assert page.count(label) == 1
    assert "total" not in page.lower()


def test_a_wallet_shows_the_running_balance_and_what_each_entry_is_about(shop):
    batch = generate(shop, 10)

    page = browser(shop).get("/merchant/wallets/coupon/").content.decode()

    assert f"/merchant/batches/{batch.id}/" in page
    assert "Twenty off" in page
    assert browser(shop).get("/merchant/wallets/gold/").status_code == 404


def test_a_wallet_is_filtered_and_exported_as_it_is_shown(shop):
    generate(shop, 10)
    with wall(shop.site, "site"):
        ledger.grant(
            merchant_id=shop.merchant.id, unit="coupon", amount=7, reason="=1+1", actor=JOB, now=NOW, key=uuid7()
        )

    answer = browser(shop).get(
        "/merchant/wallets/coupon/?action=purchase&export=csv&cols=at,action,amount,balance,reason"
    )

    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row[2:] for row in rows[1:]] == [["7", "97", "'=1+1"], ["100", "100", "start"]]


def test_a_coupon_is_found_by_its_whole_serial_only(shop):
    batch = generate(shop, 5)
    with shop.open():
        serial = Coupon.objects.filter(batch=batch).first().serial
    client = browser(shop)

    found = client.get("/merchant/coupons/", {"q": serial.lower()}).content.decode()
    part = client.get("/merchant/coupons/", {"q": serial[:8]}).content.decode()

    assert serial in found.replace("-", "")
    assert serial not in part.replace("-", "")


def test_coupons_are_filtered_by_batch_state_and_lane(shop):
    first, _second = generate(shop, 4, print_quantity=2), generate(shop, 3)
    claim(shop, first, "+966500000001")

    answer = browser(shop).get(f"/merchant/coupons/?batch={first.id}&state=available&lane=online&export=csv")

    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 2


def test_withdrawing_chosen_coupons_counts_what_was_not_possible(shop):
    batch = generate(shop, 3)
    with shop.open():
        coupons = list(Coupon.objects.filter(batch=batch))
        batches.void_coupon(coupon_id=coupons[0].id, reason="Torn", actor=shop.owner, now=NOW)

    browser(shop).post("/merchant/coupons/", {"bulk": "void", "ids": [str(coupon.id) for coupon in coupons]})

    with shop.open():
        assert set(Coupon.objects.filter(batch=batch).values_list("state", flat=True)) == {"void"}


def test_the_numbers_of_a_batch_add_up(shop):
    batch = generate(shop, 10, print_quantity=4)
    for number in range(3):
        claim(shop, batch, f"+96650000000{number}")
    with shop.open():
        free = Coupon.objects.filter(batch=batch, state="available", lane="print").first()
        batches.void_coupon(coupon_id=free.id, reason="Torn", actor=shop.owner, now=NOW)

        numbers = read.numbers(batch)

    assert numbers.by_state == {"available": 6, "taken": 3, "void": 1}
    assert (numbers.total, numbers.taken, numbers.never_taken) == (10, 3, 7)
    assert (numbers.online_free, numbers.print_free, numbers.print_lane) == (3, 3, 4)


def test_customers_are_shown_in_full_to_their_own_store(shop):
    batch = generate(shop, 3)
    claim(shop, batch, "+966501234567")
    client = browser(shop)

    assert "+966 50 123 4567" in client.get("/merchant/customers/").content.decode()
    assert "Carl" in client.get("/merchant/customers/", {"q": "+966501234567"}).content.decode()
    assert "Carl" not in client.get("/merchant/customers/", {"q": "+966501234568"}).content.decode()


def test_the_overview_leads_a_new_merchant_and_then_steps_back(ada_site):
    shop = open_shop(ada_site)
    client = browser(shop)

    assert "0 of 5 done" in client.get("/merchant/").content.decode()
    with wall(ada_site, "site"):
        factories.make_branch(shop.merchant)
    assert "1 of 5 done" in client.get("/merchant/").content.decode()


def test_the_profile_is_edited_by_owners_only(shop):
    page = browser(shop).get("/merchant/profile/")
    given = {
        "brand_name": "Mona's", "legal_name": "Mona LLC", "category": "food", "business_type": "cafe", "country": "SA",
        "city": "riyadh", "time_zone": "Asia/Riyadh", "page_text_en": "Fresh every day", "contact_phone_0": "SA",
        "contact_phone_1": "", "review_step": "on", "review_link": "https://example.com/review",
    }  # fmt: skip

    assert page.status_code == 200
    assert browser(shop).post("/merchant/profile/", given).status_code == 302
    assert browser(shop, "manager").post("/merchant/profile/", given).status_code == 403
    with shop.open():
        shop.merchant.refresh_from_db()
    assert (shop.merchant.brand_name, shop.merchant.review_step) == ("Mona's", True)


def test_a_poster_is_a_page_with_the_stores_code(shop):
    from tests.paper.paper import qr_codes, rendered

    answer = browser(shop).get("/merchant/posters/a6.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert qr_codes(rendered(answer.content)) == [f"http://ada.localhost/s/{shop.merchant.slug}"]


def test_the_dashboard_names_the_last_day_of_an_offer(shop):
    """An offer ends where the next day begins; people are told the last day on which it counts."""
    today = clock.local_date(clock.now(), shop.merchant.time_zone)
    with wall(shop.site, "site"):
        until = clock.end_of_day(today + 60 * DAY, shop.merchant.time_zone)
        factories.make_batch(shop.merchant, 3, starts_at=clock.now() - DAY, claim_until=until)

    page = browser(shop).get("/merchant/").content.decode()

    assert f"{(today + 60 * DAY).day} {(today + 60 * DAY):%b %Y}" in page
    assert f"{(today + 61 * DAY).day} {(today + 61 * DAY):%b %Y}" not in page
