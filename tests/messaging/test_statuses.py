"""Statuses in any order, twice and late: one charge, one state, one coupon."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from structlog.testing import capture_logs

from credits.models import Entry
from kernel.models import OutboxEvent
from merchants.models import Coupon
from messaging.choices import Trigger
from messaging.consent.queries import register
from messaging.meta.models import Sender
from messaging.meta.news import Status
from messaging.meta.services import senders
from messaging.models import Message
from messaging.services import outcomes, statuses
from tests.factories import NOW

MINUTE = dt.timedelta(minutes=1)


def told(message, word, *, at=NOW, code=None, billable=None, callback=None, wamid="", turn=1):
    return Status(
        wamid=wamid or f"wamid.{message.id}", status=word, at=at, callback=f"{message.id}:{turn}" if callback is None else callback, recipient="",
        user_id="", code=code, title="", category="utility", pricing_type="regular" if billable else "", billable=billable,
    )  # fmt: skip


def tell(message, *words, **more):
    for word in words:
        assert statuses.apply(told(message, word, **more), now=NOW, random=lambda: 0.5)
    return Message.objects.get(id=message.id)


def under_way(message):
    """As it is once Meta has accepted it."""
    post(message, 1)
    outcomes.accepted([(message.id, 1, f"wamid.{message.id}", "coupon")], now=NOW)
    return message


def post(message, turn):
    """As it is while it is being posted for the `turn`-th time."""
    Message.objects.filter(id=message.id).update(state="sending", claimed_at=NOW, attempts=turn, turn=turn, wamid="")


@pytest.fixture
def claimed(phone):
    return under_way(phone.queued())


@pytest.fixture
def gift(phone):
    return under_way(phone.queued(Trigger.BIRTHDAY, batch_id=phone.batch().id))


def test_the_first_status_charges_one_credit_and_the_others_none(phone, claimed):
    for word in ("sent", "delivered", "read", "read", "sent"):
        tell(claimed, word)

    found = Message.objects.get(id=claimed.id)
    assert (found.state, found.charge, phone.wallet()) == ("read", "spent", (9, 9))
    assert phone.entries(claimed) == [("deduct", -1)]


ORDERS = list(itertools.permutations(["sent", "delivered", "read"]))


@pytest.mark.parametrize("order", ORDERS)
def test_any_order_ends_in_the_same_place(phone, claimed, order):
    found = tell(claimed, *order, *order)

    assert (found.state, found.charge, phone.wallet()) == ("read", "spent", (9, 9))


def test_read_without_delivered_is_delivered_all_the_same(phone, gift):
    found = tell(gift, "read")

    assert (found.state, found.charge, found.coupon.state) == ("read", "spent", "taken")


def test_a_held_coupon_is_taken_when_its_message_was_sent(phone, gift):
    found = tell(gift, "sent")

    assert (found.coupon.state, found.coupon.source, found.coupon.taken_at) == ("taken", "message", NOW)


def test_a_final_failure_frees_credit_and_coupon(phone, gift):
    found = tell(gift, "failed", code=131026)

    assert (found.state, found.charge, found.coupon.state, found.coupon.customer_id) == (
        "failed", "released", "available", None,
    )  # fmt: skip
    assert (phone.wallet("wa_bi"), phone.entries(gift)) == ((10, 10), [])


def test_a_failure_after_sent_gives_one_credit_back_where_meta_did_not_bill(phone, claimed):
    found = tell(claimed, "sent", "failed", "failed", code=131026)

    assert (found.state, found.charge, phone.wallet()) == ("failed", "returned", (10, 10))
    assert phone.entries(claimed) == [("deduct", -1), ("adjustment", 1)]


def test_what_the_sent_status_says_of_billing_is_not_what_failed(phone, claimed):
    """Meta prices a message when it is sent, and bills what is delivered."""
    tell(claimed, "sent", billable=True)
    found = tell(claimed, "failed", code=131026)

    assert (found.charge, phone.wallet()) == ("returned", (10, 10))


def test_and_gives_none_back_where_meta_billed(phone, claimed):
    tell(claimed, "sent", billable=True)
    found = tell(claimed, "failed", code=131026, billable=True)

    assert (found.state, found.charge, phone.wallet()) == ("failed", "spent", (9, 9))


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "failed", "delivered"])))
def test_what_was_delivered_once_was_delivered_whatever_else_is_told(phone, claimed, order):
    for word in order:
        tell(claimed, word, code=131026 if word == "failed" else None)

    found = Message.objects.get(id=claimed.id)
    assert (found.state, phone.wallet()) == ("delivered", (9, 9))
    assert sum(amount for _action, amount in phone.entries(claimed)) == -1


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_the_story_tells_everything_once_and_in_its_place(phone, claimed, order):
    for word in (*order, *order):
        tell(claimed, word)

    story = [what for _at, what, _detail in Message.objects.get(id=claimed.id).history]
    assert story[-3:] == ["sent", "delivered", "read"]
    assert len(story) == len(set(story))


def test_a_status_finds_its_message_before_its_answer_did(phone):
    """Meta's news may overtake the answer, and the answer may never come."""
    message = phone.queued()
    post(message, 1)
    outcomes.unknown(message.id, now=NOW)

    found = tell(message, "sent", wamid="wamid.9")

    assert (found.state, found.wamid, found.charge) == ("sent", "wamid.9", "spent")


def test_a_late_answer_does_not_move_a_message_back(phone):
    message = phone.queued()
    post(message, 1)
    tell(message, "delivered")

    outcomes.accepted([(message.id, 1, f"wamid.{message.id}", "coupon")], now=NOW)

    assert Message.objects.get(id=message.id).state == "delivered"


def test_what_passes_by_itself_is_tried_again_after_a_failed_status(phone, claimed):
    found = tell(claimed, "failed", code=131000)

    assert (found.state, found.charge, found.wamid) == ("queued", "held", "")
    assert found.due_at > NOW


def test_the_old_attempts_failure_told_twice_does_not_end_the_new_one(phone, claimed):
    tell(claimed, "failed", code=131000)
    statuses.apply(told(claimed, "failed", code=131026), now=NOW, random=lambda: 0.5)

    assert Message.objects.get(id=claimed.id).state == "queued"


def test_a_failure_told_twice_does_not_send_a_third_time(phone, claimed):
    tell(claimed, "failed", code=131000)
    post(claimed, 2)

    found = tell(claimed, "failed", code=131000)

    assert found.state == "sending"


def test_a_failure_before_its_own_answer_leaves_the_next_post_free(phone):
    message = phone.queued()
    post(message, 1)
    tell(message, "failed", code=131000)
    outcomes.accepted([(message.id, 1, "wamid.1", "coupon")], now=NOW)
    post(message, 2)
    outcomes.accepted([(message.id, 2, "wamid.2", "coupon")], now=NOW)

    found = tell(message, "failed", code=131026, turn=2, wamid="wamid.2")

    assert (found.wamid, found.state, found.charge) == ("wamid.2", "failed", "released")


def test_sent_told_after_the_failure_of_the_same_post_charges_nothing(phone, gift):
    tell(gift, "failed", code=131000)

    found = tell(gift, "sent")

    assert (found.state, found.charge, found.coupon.state) == ("queued", "held", "held")


def test_news_of_a_closed_month_is_booked_when_it_comes(phone, claimed):
    late = NOW + dt.timedelta(days=3)
    statuses.apply(told(claimed, "sent", at=NOW), now=late, random=lambda: 0.5)

    assert Message.objects.get(id=claimed.id).sent_at == NOW
    assert Entry.objects.get(related_id=claimed.id, action="deduct").at == late


def test_a_coupon_that_somebody_else_holds_by_now_is_not_taken_from_them(phone):
    batch = phone.batch(1)
    first = phone.queued(Trigger.BIRTHDAY, batch_id=batch.id)
    Message.objects.filter(id=first.id).update(state="unknown", turn=1)
    outcomes.settle_by_person(first.id, send_again=False, actor=phone.shop.owner, now=NOW)
    second = phone.queued(Trigger.BIRTHDAY, batch_id=batch.id)

    tell(first, "delivered")

    held = Coupon.objects.get(id=second.coupon_id)
    assert (held.state, held.customer_id) == ("held", second.customer_id)


def test_a_coupon_that_its_customer_has_already_is_left_and_nobody_elses(phone, gift):
    """Sent, then failed, then delivered after all: it was theirs from the first on."""
    with capture_logs() as logged:
        tell(gift, "sent")
        tell(gift, "failed", code=131026)
        Coupon.objects.filter(id=gift.coupon_id).update(state="redeemed")
        tell(gift, "delivered")

    assert Coupon.objects.get(id=gift.coupon_id).state == "redeemed"
    assert [line for line in logged if "somebody else" in line["event"]] == []


def test_a_coupon_that_is_still_free_is_taken_by_whom_it_reached_after_all(phone):
    gift = phone.queued(Trigger.BIRTHDAY, batch_id=phone.batch(1).id)
    Message.objects.filter(id=gift.id).update(state="unknown", turn=1)
    outcomes.settle_by_person(gift.id, send_again=False, actor=phone.shop.owner, now=NOW)

    tell(gift, "delivered")

    coupon = Coupon.objects.get(id=gift.coupon_id)
    assert (coupon.state, coupon.customer_id) == ("taken", gift.customer_id)


def test_a_delivery_in_the_last_moment_is_not_sent_twice(phone, claimed):
    tell(claimed, "failed", code=131000)

    found = tell(claimed, "delivered")

    assert (found.state, found.charge) == ("delivered", "spent")


def test_news_of_nobody_is_nobodys(phone, claimed):
    assert statuses.apply(told(claimed, "sent", callback="", wamid="wamid.?"), now=NOW, random=lambda: 0.5) is False
    assert statuses.apply(told(claimed, "warming_up"), now=NOW, random=lambda: 0.5) is False
    assert Message.objects.get(id=claimed.id).state == "accepted"


def test_a_person_settles_what_is_unknown(phone):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="unknown", turn=1)

    outcomes.settle_by_person(message.id, send_again=False, actor=phone.shop.owner, now=NOW)

    found = Message.objects.get(id=message.id)
    assert (found.state, found.error, found.charge, phone.wallet()) == ("failed", "given_up", "released", (10, 10))


def test_a_status_settles_what_a_person_had_given_up(phone):
    message = phone.queued()
    Message.objects.filter(id=message.id).update(state="unknown", turn=1)
    outcomes.settle_by_person(message.id, send_again=False, actor=phone.shop.owner, now=NOW)

    found = tell(message, "delivered")

    assert (found.state, found.charge, phone.wallet()) == ("delivered", "spent", (9, 9))


# What people write.


def test_meta_saying_that_somebody_opted_out_is_an_opt_out(phone):
    customer = phone.customer(phone="+966511112222")
    message = under_way(phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id))

    tell(message, "failed", code=131050)

    assert register.is_stopped(bytes(customer.phone_index))


def test_an_opt_out_that_is_told_after_the_message_was_sent_counts_too(phone):
    customer = phone.customer(phone="+966511112222")
    message = under_way(phone.queued(Trigger.BIRTHDAY, customer_id=customer.id, batch_id=phone.batch().id))

    tell(message, "sent", "failed", code=131050)

    assert register.is_stopped(bytes(customer.phone_index))


@pytest.mark.parametrize("before", ["accepted", "sent", "delivered"])
def test_what_meta_says_of_the_number_counts_however_far_the_message_had_come(phone, claimed, before):
    if before != "accepted":
        tell(claimed, before)
    found = tell(claimed, "failed", "failed", code=131048)

    assert Sender.objects.get().state == "paused"
    assert found.state == {"accepted": "queued", "sent": "failed", "delivered": "delivered"}[before]
    assert OutboxEvent.objects.filter(topic=senders.PAUSED).count() == 1
