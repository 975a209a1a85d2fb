"""Queueing: the message, the hold, the coupon and the news of it, or nothing at all."""

from __future__ import annotations

import datetime as dt

import pytest

from credits.errors import InsufficientCredits
from kernel.models import OutboxEvent
from merchants.models import Coupon, Merchant
from messaging.choices import PURPOSE_OF, TYPE_OF, Trigger
from messaging.consent.services import consent
from messaging.errors import NoCoupon, NotToCountry, NotWanted, WhatsAppOff
from messaging.meta.models import Sender
from messaging.models import Message
from messaging.services import delivery, queue
from tenants.queries import sites
from tenants.walls import WallError, wall
from tests import factories
from tests.factories import DAY, NOW
from tests.messaging.cast import JOB, open_phone
from tests.threads import run_threads

UI = {Trigger.CLAIM_CENTRE, Trigger.CLAIM_STORE, Trigger.RESEND, Trigger.CODE}
BI = {Trigger.BIRTHDAY, Trigger.RECALL, Trigger.FESTIVAL, Trigger.CAMPAIGN, Trigger.REMINDER, Trigger.TEST}


@pytest.mark.parametrize("trigger", list(Trigger))
def test_the_trigger_alone_decides_the_type(trigger):
    """Every trigger there is, by name: a new one must be put on one side here, on purpose."""
    assert UI.isdisjoint(BI)
    assert TYPE_OF[trigger] == ("wa_ui" if trigger in UI else "wa_bi")
    assert trigger in UI | BI
    assert trigger in PURPOSE_OF


@pytest.mark.parametrize("trigger", sorted(UI - {Trigger.CODE}))
def test_a_message_that_people_ask_for_holds_one_ui_credit(phone, trigger):
    customer = phone.customer()
    coupon = phone.taken(phone.batch(), customer)

    message = phone.queued(trigger, customer_id=customer.id, coupon_id=coupon.id)

    assert (message.type, message.charge) == ("wa_ui", "held")
    assert (phone.wallet("wa_ui"), phone.wallet("wa_bi")) == ((10, 9), (10, 10))


@pytest.mark.parametrize("trigger", sorted(BI - {Trigger.REMINDER, Trigger.TEST}))
def test_a_message_that_the_business_starts_holds_one_bi_credit_and_a_coupon(phone, trigger):
    batch, customer = phone.batch(), phone.customer()

    message = phone.queued(trigger, customer_id=customer.id, batch_id=batch.id)

    assert (message.type, message.coupon.state, message.coupon.customer_id) == ("wa_bi", "held", customer.id)
    assert (phone.wallet("wa_ui"), phone.wallet("wa_bi")) == ((10, 10), (10, 9))


def test_the_same_key_is_the_same_message(phone):
    customer, batch = phone.customer(), phone.batch()
    what = {"customer_id": customer.id, "batch_id": batch.id, "key": "birthday:1"}

    first, second = (phone.queued(Trigger.BIRTHDAY, **what) for _ in range(2))

    assert first.id == second.id
    assert phone.wallet("wa_bi") == (10, 9)
    assert Coupon.objects.filter(batch=batch, state="held").count() == 1


def test_news_of_it_carries_no_phone_and_no_text(phone):
    before = OutboxEvent.objects.count()

    phone.queued()

    (event,) = OutboxEvent.objects.order_by("-id")[: OutboxEvent.objects.count() - before]
    assert (event.topic, event.payload) == (queue.DUE, {})


def test_without_credits_nothing_is_left_behind(phone):
    batch, customer = phone.batch(), phone.customer()
    for _ in range(10):
        phone.queued(Trigger.CAMPAIGN, batch_id=phone.batch().id)

    with pytest.raises(InsufficientCredits):
        phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=batch.id)

    assert Message.objects.count() == 10
    assert Coupon.objects.filter(batch=batch, state="available").count() == 5


def test_a_queue_cannot_overdraw_a_wallet(race_phone):
    """32 at once for 10 credits."""
    with race_phone.at_site():
        batch = race_phone.batch(40)
        customers = [race_phone.customer().id for _ in range(32)]

    def one(number):
        with race_phone.at_site():
            return race_phone.queued(Trigger.CAMPAIGN, customer_id=customers[number], batch_id=batch.id)

    results = run_threads(32, one)

    refused = [result for result in results if isinstance(result, InsufficientCredits)]
    assert (len(refused), len([r for r in results if isinstance(r, Message)])) == (22, 10)
    with race_phone.at_site():
        assert race_phone.wallet("wa_bi") == (10, 0)
        assert Coupon.objects.filter(batch=batch, state="held").count() == 10


def test_the_same_key_from_many_at_once_is_one_message(race_phone):
    with race_phone.at_site():
        batch, customer = race_phone.batch(), race_phone.customer().id

    def one(_number):
        with race_phone.at_site():
            return race_phone.queued(Trigger.BIRTHDAY, customer_id=customer, batch_id=batch.id, key="birthday:1")

    results = run_threads(12, one)

    assert len({result.id for result in results}) == 1
    with race_phone.at_site():
        assert race_phone.wallet("wa_bi") == (10, 9)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"state": "paused"}, "paused"), ({"state": "void"}, "closed"), ({"claim_until": NOW}, "over"),
        ({"starts_at": NOW + DAY}, "not_yet"), ({"quantity": 0}, "sold_out"),
    ],
)  # fmt: skip
def test_a_batch_that_gives_nothing_gives_no_message(phone, change, outcome):
    batch = phone.batch(coupons=change != {"quantity": 0}, **{k: v for k, v in change.items() if k != "quantity"})

    with pytest.raises(NoCoupon) as refused:
        phone.queued(Trigger.BIRTHDAY, batch_id=batch.id)

    assert refused.value.outcome == outcome
    assert (phone.wallet("wa_bi"), Message.objects.count()) == ((10, 10), 0)


def test_somebody_who_has_the_coupon_already_gets_no_second(phone):
    batch, customer = phone.batch(), phone.customer()
    phone.taken(batch, customer)

    with pytest.raises(NoCoupon) as refused:
        phone.queued(Trigger.RECALL, customer_id=customer.id, batch_id=batch.id)

    assert refused.value.outcome == "held"


def test_business_messages_need_that_merchants_own_opt_in(phone):
    customer = phone.customer(agrees=False)

    with pytest.raises(NotWanted):
        phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id)


def test_stop_holds_for_all_but_what_is_asked_for_now(phone):
    customer = phone.customer(phone="+966511112222")
    coupon = phone.taken(phone.batch(), customer)
    consent.opt_out_number(phone="+966511112222", source="keyword", now=NOW)

    for trigger, what in ((Trigger.BIRTHDAY, {"batch_id": phone.batch().id}), (Trigger.CLAIM_CENTRE, {"coupon_id": coupon.id})):
        with pytest.raises(NotWanted):
            phone.queued(trigger, customer_id=customer.id, **what)
    asked = phone.queued(Trigger.RESEND, customer_id=customer.id, coupon_id=coupon.id)

    assert asked.state == "queued"


def test_a_site_without_a_sender_or_a_merchant_that_switched_it_off_sends_nothing(phone):
    delivery.switch(merchant_id=phone.merchant_id, delivery=False, actor=JOB, now=NOW)
    with pytest.raises(WhatsAppOff):
        phone.queued()
    delivery.switch(merchant_id=phone.merchant_id, delivery=True, actor=JOB, now=NOW)
    Sender.objects.update(state="off")

    with pytest.raises(WhatsAppOff):
        phone.queued()

    assert phone.wallet() == (10, 10)


def test_only_an_active_merchant_sends(phone):
    Merchant.objects.filter(id=phone.merchant_id).update(state="suspended")

    with pytest.raises(WhatsAppOff):
        phone.queued()


def test_a_code_on_a_site_wide_page_costs_no_merchant_anything(phone):
    customer = phone.customer()

    message = queue.enqueue(
        trigger=Trigger.CODE, key="code:1", customer_id=customer.id, secret="123456", now=NOW, actor=JOB
    )

    assert (message.merchant_id, message.charge, message.payer) == (None, "none", phone.shop.site.id)
    assert "123456" not in message.secret_sealed
    assert message.expires_at == NOW + dt.timedelta(minutes=10)


def test_a_merchant_queues_its_own_messages_only(phone):
    other = open_phone(phone.shop.site)
    with wall(phone.shop.site, "merchant", merchant=phone.merchant_id):
        with pytest.raises(WallError):
            queue.enqueue(
                trigger=Trigger.TEST, key="x", merchant_id=other.merchant_id, phone="+966511112222", now=NOW, actor=JOB
            )


def test_a_held_coupon_counts_and_cannot_be_claimed_by_others(phone):
    batch = phone.batch(1)
    phone.queued(Trigger.BIRTHDAY, batch_id=batch.id)

    assert phone.claim(batch).outcome == "sold_out"


def test_a_batch_without_a_channel_is_given_out_by_messages_alone(phone):
    batch = phone.batch(on_centre=False, in_store=False)

    message = phone.queued(Trigger.BIRTHDAY, batch_id=batch.id)

    assert message.coupon.state == "held"
    assert phone.claim(batch).outcome == "closed"


def test_a_message_promises_no_coupon_beyond_its_batch(phone):
    batch = phone.batch(claim_until=NOW + dt.timedelta(hours=3))

    message = phone.queued(Trigger.BIRTHDAY, batch_id=batch.id)

    assert message.expires_at == NOW + dt.timedelta(hours=3) - queue.NEWS_TAKES


def test_each_claim_is_followed_by_one_message(phone):
    batch = phone.batch()
    coupon = Coupon.objects.get(id=phone.claim(batch).coupon_id)

    sent = [delivery.on_taken(coupon_id=coupon.id, now=NOW) for _ in range(2)]

    assert [message.id for message in sent] == [sent[0].id] * 2
    assert (sent[0].trigger, sent[0].coupon_id, Message.objects.count()) == ("claim_centre", coupon.id, 1)


@pytest.mark.parametrize(("source", "trigger"), [("in_store", "claim_store"), ("printed", "claim_store"), ("counter", None), ("api", None)])
def test_where_it_was_claimed_decides_what_follows(phone, source, trigger):
    coupon = phone.taken(phone.batch(), phone.customer(), source)

    message = delivery.on_taken(coupon_id=coupon.id, now=NOW)

    assert (message.trigger if message else None) == trigger


def test_a_claim_without_credits_is_in_the_log_and_costs_nothing(phone):
    poor = open_phone(phone.shop.site, wa_ui=0)
    customer = factories.make_customer()
    coupon = poor.taken(poor.batch(), customer)

    assert delivery.on_taken(coupon_id=coupon.id, now=NOW) is None

    (row,) = Message.objects.filter(merchant_id=poor.merchant_id)
    assert (row.state, row.error, row.charge) == ("cancelled", "no_credits", "none")


def test_a_number_sends_to_its_countries_only_and_nothing_is_left_of_the_rest(phone):
    with wall(sites.console(), "master"):
        Sender.objects.update(countries=["SA", "AE"])
    at_home, abroad = phone.customer(phone="+971501234567"), phone.customer(phone="+12025550123")
    taken = phone.taken(phone.batch(), abroad)

    phone.queued(customer_id=at_home.id)
    with pytest.raises(NotToCountry):
        phone.queued(Trigger.BIRTHDAY, customer_id=abroad.id, batch_id=phone.batch().id)
    with pytest.raises(NotToCountry):
        phone.queued(Trigger.TEST, customer_id=None, batch_id=phone.batch().id, phone="+12025550123")
    assert delivery.on_taken(coupon_id=taken.id, now=NOW) is None

    assert (Message.objects.count(), phone.wallet(), phone.wallet("wa_bi")) == (1, (10, 9), (10, 10))
    assert not Coupon.objects.filter(state="held").exists()
