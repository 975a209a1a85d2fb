"""What became of a coupon's message stands beside the coupon, and what became of the coupon beside its message."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from merchants.models import Coupon
from messaging.choices import Trigger
from messaging.models import Message
from messaging.queries import log
from tests.factories import NOW
from tests.messaging.cast import open_phone

COUPONS = "/merchant/coupons/?export=csv&cols=serial,state,message"


@pytest.fixture
def staff(phone, staff_of):
    return staff_of("ada", "operations")[0]


def rows(client, url):
    """An export, without its head."""
    text = client.get(url).getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def moved(message, **fields):
    Message.objects.filter(id=message.id).update(**fields)


@pytest.fixture
def three(phone):
    """Three coupons of a customer: one whose newest message failed, one with a message that was read, one with none."""
    carl = phone.customer()
    failed, read, silent = (phone.taken(phone.batch(size), carl) for size in (2, 1, 1))
    first = phone.queued(customer_id=carl.id, coupon_id=failed.id)
    again = phone.queued(Trigger.RESEND, customer_id=carl.id, coupon_id=failed.id, now=NOW + dt.timedelta(hours=1))
    seen = phone.queued(customer_id=carl.id, coupon_id=read.id)
    moved(first, state="delivered")
    moved(again, state="failed")
    moved(seen, state="read")
    return carl, failed, read, silent


def test_a_coupon_shows_its_newest_message_in_list_filter_and_export(phone, owner, three):
    _carl, failed, read, silent = three
    free = Coupon.objects.get(state="available")

    exported = {row[0].replace("-", ""): row[1:] for row in rows(owner, COUPONS)}
    only_failed = rows(owner, f"{COUPONS}&message=failed")
    delivered = rows(owner, f"{COUPONS}&message=delivered")
    none = {row[0].replace("-", "") for row in rows(owner, f"{COUPONS}&message=none")}
    page = owner.get("/merchant/coupons/?message=failed").content.decode()

    assert exported == {
        failed.serial: ["Taken", "Failed"], read.serial: ["Taken", "Read"], silent.serial: ["Taken", ""],
        free.serial: ["Available", ""],
    }  # fmt: skip
    assert [row[0].replace("-", "") for row in only_failed] == [failed.serial]
    assert delivered == []
    assert none == {silent.serial, free.serial}
    assert "Last message" in page
    assert f"/merchant/messages/?q={failed.serial}" in page


def test_the_coupons_of_a_customer_show_it_too(phone, owner, three):
    carl, failed, _read, _silent = three

    page = owner.get(f"/merchant/customers/{carl.id}/?message=failed").content.decode()

    assert "Last message" in page
    assert failed.serial in page.replace("-", "")
    assert "Failed" in page


def test_a_message_about_a_coupon_that_is_somebody_elses_now_says_nothing_of_it(phone, owner):
    message = phone.queued()
    other = phone.customer()
    Coupon.objects.filter(id=message.coupon_id).update(customer=other)

    assert log.with_last_message(Coupon.objects.filter(id=message.coupon_id)).get().last_message is None
    assert not log.by_last_message(Coupon.objects.all(), states=["queued"], without=False).exists()


def test_another_merchants_messages_are_not_beside_ones_own_coupons(phone, owner):
    open_phone(phone.shop.site).queued()

    assert rows(owner, COUPONS) == []


def test_the_lists_cost_the_same_queries_for_one_message_and_for_many(phone, owner, django_assert_num_queries):
    pages = [
        "/merchant/coupons/",
        "/merchant/coupons/?message=queued",
        "/merchant/messages/?cols=serial,coupon,template",
    ]
    phone.queued()
    costs = []
    for page in pages:
        owner.get(page)
        with CaptureQueriesContext(connection) as few:
            owner.get(page)
        costs.append(len(few))
    for _ in range(6):
        phone.queued()

    for page, cost in zip(pages, costs, strict=True):
        owner.get(page)  # what is kept for seconds is fresh, as it was above
        with django_assert_num_queries(cost):
            assert owner.get(page).status_code == 200


def test_the_log_says_which_coupon_its_state_and_the_template(phone, owner, staff):
    message, code = phone.queued(), phone.queued(Trigger.RECALL, batch_id=phone.batch().id)
    Coupon.objects.filter(id=message.coupon_id).update(state="redeemed", redeemed_at=NOW)
    moved(message, form="coupon_ada")
    moved(code, form="image", coupon=None)
    wanted = "export=csv&sort=type&cols=serial,coupon,template"
    serial = message.coupon.serial

    own = rows(owner, f"/merchant/messages/?{wanted}")
    sites = rows(staff, f"/office/messages/?{wanted}")
    found = rows(owner, f"/merchant/messages/?{wanted}&q={serial.lower()}")
    half = rows(owner, f"/merchant/messages/?{wanted}&q={serial[:8]}")
    redeemed = rows(owner, f"/merchant/messages/?{wanted}&coupon=redeemed")

    assert [[cell.replace("-", "") for cell in row[1:]] for row in own] == [
        ["", "", "None: free text with a picture"], ["Redeemed", serial, "coupon_ada"],
    ]  # fmt: skip
    assert [row[1:] for row in sites] == [row[1:] for row in own]
    assert found == redeemed == own[1:]
    assert half == []


def test_the_log_finds_a_part_of_a_name_and_a_merchant_in_either_language(phone, owner, staff):
    message = phone.queued(
        Trigger.RECALL, batch_id=phone.batch().id, customer_id=phone.customer(name="Layla Haddad").id
    )
    type(phone.shop.merchant).objects.filter(id=phone.merchant_id).update(brand_name_ar="قهوة منى")
    open_phone(phone.shop.site).queued()

    def found(client, url, text):
        return [row[1] for row in rows(client, f"{url}?export=csv&cols=id&q={text}")]

    assert found(owner, "/merchant/messages/", "layla hadd") == [str(message.id)]
    assert found(owner, "/merchant/messages/", "omar") == []
    assert found(staff, "/office/messages/", "منى") == [str(message.id)]
