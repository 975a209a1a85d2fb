"""The log of messages and the WhatsApp page, for a merchant and for a site's staff."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import clock
from messaging.choices import Trigger
from messaging.models import Message, Switches
from messaging.services import outcomes
from tests.factories import NOW
from tests.messaging.cast import open_phone


@pytest.fixture
def staff(phone, staff_of):
    return staff_of("ada", "operations")[0]


def test_the_whatsapp_page_shows_both_wallets_by_their_names_and_what_is_held(phone, owner):
    phone.queued()

    page = owner.get("/merchant/whatsapp/").content.decode()

    assert "WhatsApp UI Credits Remaining" in page
    assert "WhatsApp BI Credits Remaining" in page
    assert "1 held for messages on the way" in page


def test_delivery_is_switched_off_and_on(phone, owner):
    owner.post("/merchant/whatsapp/delivery/", {"delivery": "off"})
    off = Switches.objects.get(merchant_id=phone.merchant_id).delivery
    owner.post("/merchant/whatsapp/delivery/", {"delivery": "on"})

    assert (off, Switches.objects.get(merchant_id=phone.merchant_id).delivery) == (False, True)


def test_the_log_filters_and_exports(phone, owner):
    message, other = phone.queued(), phone.queued()
    Message.objects.filter(id=other.id).update(state="failed", error="expired")

    failed = owner.get("/merchant/messages/?state=failed").content.decode()
    exported = b"".join(owner.get("/merchant/messages/?export=csv&cols=state,error,id").streaming_content).decode()

    assert str(other.id) in failed
    assert f"/merchant/messages/{message.id}/" not in failed
    assert "It waited too long to be of use." in exported


def test_a_message_tells_its_story(phone, owner):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="sending", turn=1)
    outcomes.accepted([(message.id, 1, "wamid.7", "coupon_ada")], now=NOW)

    page = owner.get(f"/merchant/messages/{message.id}/").content.decode()

    assert "Queued" in page
    assert "Accepted" in page
    assert "coupon_ada" in page
    assert message.coupon.serial[:4] in page


def test_another_merchants_message_is_not_there(phone, owner):
    other = open_phone(phone.shop.site)
    message = other.queued()

    assert owner.get(f"/merchant/messages/{message.id}/").status_code == 404
    assert owner.post(f"/merchant/messages/{message.id}/settle/", {"act": "give_up"}).status_code == 404
    assert str(message.id) not in owner.get("/merchant/messages/").content.decode()


def test_the_office_knows_no_merchants_people_though_the_verb_is_theirs_too(phone, owner):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="unknown")

    for path in ("messages/", f"messages/{message.id}/", "messages/merchants/", "statements/"):
        assert owner.get(f"/office/{path}").status_code == 403
    assert owner.post(f"/office/messages/{message.id}/settle/", {"act": "give_up"}).status_code == 403
    assert Message.objects.get(id=message.id).state == "unknown"


def test_a_merchant_settles_its_own_unknown_message(phone, owner):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="unknown")

    owner.post(f"/merchant/messages/{message.id}/settle/", {"act": "give_up"})

    assert Message.objects.get(id=message.id).state == "failed"
    assert phone.wallet() == (10, 10)


def test_a_code_of_long_ago_is_not_sent_again(phone, staff):
    message = phone.queued(Trigger.CODE, secret="123456", merchant_id=None)
    Message.objects.filter(id=message.id).update(state="unknown")
    page = f"/office/messages/{message.id}/"

    assert 'value="again"' not in staff.get(page).content.decode()
    staff.post(f"{page}settle/", {"act": "again"})
    assert Message.objects.get(id=message.id).state == "unknown"
    staff.post(f"{page}settle/", {"act": "give_up"})
    assert Message.objects.get(id=message.id).state == "failed"


def test_staff_see_every_merchants_messages_and_send_one_again(phone, staff):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="unknown")

    listed = staff.get("/office/messages/").content.decode()
    page = staff.get(f"/office/messages/{message.id}/").content.decode()
    staff.post(f"/office/messages/{message.id}/settle/", {"act": "again"})

    assert phone.shop.merchant.brand_name in listed
    assert "On the way" in listed
    assert "Nobody knows" in page
    assert Message.objects.get(id=message.id).state == "queued"


def test_the_log_costs_the_same_queries_for_one_message_and_for_many(phone, owner, django_assert_max_num_queries):
    for _ in range(8):
        phone.queued()

    with django_assert_max_num_queries(18):  # three of them what batches, automations and campaigns are called
        assert owner.get("/merchant/messages/").status_code == 200


def test_staff_narrow_the_log_to_a_merchant_and_the_counts_follow(phone, staff):
    quiet = open_phone(phone.shop.site)
    for shop in (phone, phone, quiet):
        Message.objects.filter(id=shop.queued().id).update(state="delivered", created_at=clock.now())

    link = f"/office/messages/?merchant={quiet.merchant_id}"
    everything, narrowed = staff.get("/office/messages/"), staff.get(link)
    bi = staff.get(f"{link}&type=wa_bi")
    unknown = staff.get("/office/messages/?merchant=00000000-0000-7000-8000-00000000dead")

    assert [response.context["counts"].sent for response in (everything, narrowed, bi)] == [3, 1, 0]
    assert [response.context["total"] for response in (everything, narrowed, bi, unknown)] == [3, 1, 0, 3]
    assert f"/office/merchants/{quiet.merchant_id}/" in narrowed.content.decode()
    assert link in staff.get(f"/office/merchants/{quiet.merchant_id}/").content.decode()


def test_the_sites_log_costs_the_same_queries_for_many_merchants(phone, staff, django_assert_num_queries):
    page = f"/office/messages/?merchant={phone.merchant_id}"
    phone.queued()
    staff.get(page)
    with CaptureQueriesContext(connection) as few:
        staff.get(page)

    for _ in range(4):
        open_phone(phone.shop.site).queued()

    with django_assert_num_queries(len(few)):
        assert staff.get(page).status_code == 200
    assert len(few) <= 15
