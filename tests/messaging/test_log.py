"""Looking for messages: by phone, batch and customer; what became of those that are shown; what the site's staff see of
the number and of each merchant."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from messaging.choices import Trigger
from messaging.meta.models import MetaAccount, Sender
from messaging.models import Message
from messaging.queries import log
from tenants.walls import wall
from tests import cluster, factories
from tests.factories import NOW
from tests.messaging.cast import open_phone

HOUR = dt.timedelta(hours=1)
PHONE = "+966512345678"


@pytest.fixture
def staff(phone, staff_of):
    return staff_of("ada", "operations")[0]


def listed(client, query, area="merchant"):
    return [row["id"] for row in client.get(f"/{area}/messages/?{query}").context["rows"]]


def to(phone, number, **what):
    return phone.queued(customer_id=phone.customer(phone=number).id, **what)


@pytest.mark.parametrize("typed", ["%2B966512345678", "966512345678", "%2B966 51 234 5678", "966-51-234-5678", "٩٦٦٥١٢٣٤٥٦٧٨"])
def test_messages_are_found_by_a_whole_phone_number(phone, owner, staff, typed):
    wanted = to(phone, PHONE)
    to(phone, "+966598765432")

    assert listed(owner, f"q={typed}") == [str(wanted.id)]
    assert listed(staff, f"q={typed}", "office") == [str(wanted.id)]
    assert listed(owner, "q=96651234") == [], "a part of a number finds nobody"


def test_a_merchant_finds_no_message_of_another_one_to_the_same_number(phone, owner):
    other = open_phone(phone.shop.site)
    customer = phone.customer(phone=PHONE)
    other.queued(customer_id=customer.id)

    assert listed(owner, "q=966512345678") == []


def test_a_batchs_messages_are_shown_alone(phone, owner, staff):
    wanted, _other = phone.queued(), phone.queued()
    page = owner.get(f"/merchant/messages/?batch={wanted.batch_id}")

    assert listed(owner, f"batch={wanted.batch_id}") == [str(wanted.id)]
    assert listed(staff, f"batch={wanted.batch_id}", "office") == [str(wanted.id)]
    assert page.context["chips"][0]["said"] == f"{wanted.batch.number} · {wanted.batch.title('en')}"
    offered = staff.get(f"/office/messages/?merchant={phone.merchant_id}").context["controls"]
    named = staff.get("/office/messages/").context["controls"]

    def batches(controls):
        return [label for one in controls if one["filter"].name == "batch" for _value, label, _on in one["options"]]

    assert all(label.startswith(phone.shop.merchant.brand_name) for label in batches(named))
    assert not any(label.startswith(phone.shop.merchant.brand_name) for label in batches(offered))


def test_no_merchant_is_offered_another_ones_batches(phone, owner):
    other = open_phone(phone.shop.site).queued()

    page = owner.get(f"/merchant/messages/?batch={other.batch_id}")

    assert [chip["label"] for chip in page.context["chips"]] == []
    assert f'<option value="{other.batch_id}"' not in page.content.decode()


def test_a_customers_messages_are_shown_alone_and_the_other_filters_keep_it(phone, owner):
    wanted = to(phone, PHONE)
    phone.queued()

    page = owner.get(f"/merchant/messages/?customer={wanted.customer_id}")

    assert [row["id"] for row in page.context["rows"]] == [str(wanted.id)]
    assert page.context["chips"][0]["said"] == wanted.customer.name
    assert f'<input type="hidden" name="customer" value="{wanted.customer_id}">' in page.content.decode()


def became(phone, **states):
    for state, how_many in states.items():
        for _ in range(how_many):
            fields = {"charge": "spent"} if state in {"sent", "delivered", "read"} else {}
            Message.objects.filter(id=phone.queued().id).update(state=state, **fields)


def test_what_is_counted_above_the_list_is_what_the_list_holds(phone, owner, staff):
    became(phone, queued=1, sending=1, accepted=1, unknown=1, sent=1, delivered=1, read=1, failed=1, cancelled=1)
    Message.objects.filter(state="read").update(type="wa_bi", trigger=Trigger.TEST)

    whole = owner.get("/merchant/messages/").context["counts"]
    ui = owner.get("/merchant/messages/?type=wa_ui").context["counts"]
    failed = staff.get("/office/messages/?state=failed", headers={"HX-Request": "true"}).context["counts"]

    assert (whole.all, whole.sent, whole.delivered, whole.read, whole.failed) == (9, 3, 2, 1, 1)
    assert (whole.waiting, whole.unknown, whole.cancelled, whole.credits) == (3, 1, 1, 3)
    assert (ui.all, ui.sent, ui.delivered, ui.read) == (8, 2, 1, 0)
    assert (failed.all, failed.failed, failed.sent) == (1, 1, 0)


def test_of_very_many_messages_the_newest_are_counted(phone, monkeypatch, owner):
    monkeypatch.setattr(log, "COUNTED", 2)
    became(phone, delivered=2, failed=1)
    Message.objects.filter(state="failed").update(created_at=NOW - HOUR)

    counts = log.count(log.list_messages())

    assert (counts.all, counts.delivered, counts.is_capped) == (2, 2, True)
    assert "Of the newest 2 messages of this list" in owner.get("/merchant/messages/").content.decode()


@pytest.mark.parametrize(
    ("billable", "words"), [(True, "Yes"), (False, "No (free)"), (None, "")], ids=["billed", "free", "not told"]
)
def test_a_message_says_whether_meta_billed_it(phone, owner, billable, words):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(billable=billable)

    page = owner.get(f"/merchant/messages/{message.id}/").content.decode()
    exported = owner.get("/merchant/messages/?export=csv&cols=billed,id").getvalue().decode()

    assert ("Billed by Meta" in page) == bool(words)
    assert words in page
    assert f'"{words}","{message.id}"' in exported


@pytest.mark.parametrize(("category", "shown"), [("marketing", "تسويق"), ("service", "service")])
def test_what_meta_bills_it_as_is_said_in_the_readers_language(phone, owner, category, shown):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(category=category)

    page = owner.get(f"/merchant/messages/{message.id}/", headers={"accept-language": "ar"}).content.decode()

    assert f"<dd>{shown}</dd>" in page


def test_staff_see_the_sites_number_and_its_limit(phone, staff):
    Sender.objects.update(display_name="Ada Deals", quality="YELLOW")
    with wall(cluster.site("master"), "master"):
        Sender.objects.update(users_per_day=2000)

    page = staff.get("/office/messages/").content.decode()

    for words in ("+966 11 000 0001", "Ada Deals", "Medium", "2,000"):
        assert words in page
    assert "rests" not in page


def test_a_site_without_a_number_is_told_so(phone, staff):
    with wall(cluster.site("master"), "master"):
        Sender.objects.all().delete()

    assert "This site has no WhatsApp number yet" in staff.get("/office/messages/").content.decode()


@pytest.mark.parametrize("why", ["paused", "token"])
def test_merchant_and_staff_read_that_whatsapp_rests(phone, owner, staff, why):
    with wall(cluster.site("master"), "master"):
        if why == "paused":
            Sender.objects.update(state="paused", pause_reason="131048")
        else:
            MetaAccount.objects.update(state="token_dead")

    for client, page in ((owner, "/merchant/whatsapp/"), (staff, "/office/messages/")):
        assert "WhatsApp rests at the moment" in client.get(page).content.decode()


def test_nobody_reads_of_a_rest_while_messages_go_out_or_where_whatsapp_is_off(phone, owner, staff):
    before = owner.get("/merchant/whatsapp/").content.decode() + staff.get("/office/messages/").content.decode()
    Sender.objects.update(state="off")
    after = owner.get("/merchant/whatsapp/").content.decode() + staff.get("/office/messages/").content.decode()

    assert "rests" not in before + after
    assert "WhatsApp of this site is off" in after


def test_nobody_reads_of_a_rest_while_meta_gives_no_answer_of_use_for_a_moment(phone, owner, staff):
    Sender.objects.update(rests_until=clock.now() + HOUR)

    for client, page in ((owner, "/merchant/whatsapp/"), (staff, "/office/messages/")):
        assert "rests" not in client.get(page).content.decode()


def test_staff_see_what_each_merchant_sent_by_month(phone, staff):
    other = open_phone(phone.shop.site)
    factories.make_month(phone.shop.merchant, ui_arrived=40, ui_failed=2, ui_credits=40, bi_arrived=7, bi_credits=7)
    factories.make_month(other.shop.merchant, ui_arrived=2, month=dt.date(2026, 1, 1))
    factories.make_month(other.shop.merchant, coupons_taken=5)

    page = staff.get("/office/messages/merchants/")
    january = staff.get("/office/messages/merchants/?month=2026-01-01")

    totals = page.context["totals"]
    assert len(page.context["rows"]) == 2, "a month without a message is not listed"
    assert (totals.ui_arrived, totals.ui_failed, totals.ui_credits, totals.bi_arrived) == (42, 2, 40, 7)
    assert january.context["totals"].ui_arrived == 2
    assert f"/office/messages/?merchant={phone.merchant_id}" in page.content.decode()
    assert phone.shop.merchant.brand_name not in january.content.decode().split("list-region")[1]


def test_another_sites_months_are_not_there(phone, staff, bob_site):
    with wall(bob_site, "site"):
        factories.make_month(factories.make_merchant(), ui_arrived=3)

    assert staff.get("/office/messages/merchants/").context["rows"] == []
