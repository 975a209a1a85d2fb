"""Refunds and disputes: what is unused goes back with its cost, the rest is for a person; twice is once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from agents.payments.services import gateway
from agents.payments.services.gateway import Payment
from agents.purchases.models import Paper
from agents.purchases.services import mails, reversing, settling, sweeping
from agents.services import wallets
from credits.services import ledger
from kernel.errors import NotAllowed
from kernel.models import OutboxEvent
from tests.factories import DAY, NOW
from tests.merchants.cast import deliver, differences
from tests.purchases.cast import JOB, give_money, open_market


def payment(purchase: Any, refunded: int = 0, dispute: str = "") -> Payment:
    return Payment(
        id=f"pi_{purchase.id.hex}", status="succeeded", amount=purchase.retail, amount_refunded=refunded,
        currency="SAR", disputed=bool(dispute), dispute_status=dispute, reference=purchase.id, kind="purchase",
        site=None,
    )  # fmt: skip


def news(market, purchase, refunded=0, dispute="", now=NOW):
    with market.desk():
        reversing.changed(reference=purchase.id, payment=payment(purchase, refunded, dispute), actor=JOB, now=now)


@pytest.fixture
def pack(market):
    """An active merchant that bought 2,000 credits for SAR 200.00, of which SAR 150.00 went to the platform."""
    market.sell("fee")
    purchase = market.order("pack")
    market.settle(purchase)
    return purchase


def spend(market, n):
    with market.shop():
        ledger.spend_to_escrow(
            batch_id=market.merchant.id, merchant_id=market.merchant.id, n=n, actor=JOB, now=NOW,
            key=ledger.key_for("test.spend", market.merchant.id, n),
        )  # fmt: skip


def test_a_whole_refund_of_what_is_unused_takes_all_back(market, pack):
    before = market.money

    for _again in range(3):
        news(market, pack, 20_000)

    found = market.fresh(pack)
    assert (found.state, found.needs_person, found.returned_cost) == ("refunded", False, 15_000)
    assert market.credits == (0, 0, 0)
    assert market.money == before + 15_000
    with market.desk():
        assert Paper.objects.filter(kind="credit_note").count() == 1
    assert differences() == []


def test_parts_add_up_whatever_the_order_of_the_news(market, pack):
    before = market.money

    for refunded in (5_000, 15_000, 5_000, 15_000, 10_000):
        news(market, pack, refunded)

    found = market.fresh(pack)
    assert (found.state, found.refunded, found.reversed_coupon) == ("part_refunded", 15_000, 1500)
    assert market.money == before + 11_250
    assert market.credits == (500, 0, 0)


def test_what_is_used_stays_and_is_for_a_person(market, pack):
    before = market.money
    spend(market, 1_500)

    news(market, pack, 20_000)

    found = market.fresh(pack)
    assert (found.state, found.needs_person, found.problem) == ("refunded", True, "used")
    assert found.reversed_coupon == 500
    assert market.money == before + 15_000 // 4
    assert market.credits == (0, 0, 0)
    assert differences() == []


def test_a_dispute_takes_back_flags_and_stays_for_a_person_when_won(market, pack):
    news(market, pack, dispute="needs_response")
    found = market.fresh(pack)
    assert (found.state, found.disputed, found.needs_person, found.problem) == ("refunded", True, True, "disputed")
    assert market.credits == (0, 0, 0)

    news(market, pack, dispute="won")

    assert market.fresh(pack).problem == "dispute_won"
    assert market.credits == (0, 0, 0)


def test_an_early_warning_of_the_bank_changes_nothing(market, pack):
    news(market, pack, dispute="warning_needs_response")
    assert market.fresh(pack).state == "completed"


def test_a_refunded_fee_ends_the_plan_and_returns_the_unused_part_of_its_cost(market):
    purchase = market.order("fee")
    market.settle(purchase)
    half = NOW + (market.state.active_until - NOW) / 2
    before = market.money

    news(market, purchase, 50_000, now=half)

    assert (market.state.state, market.state.active_until) == ("expired", half)
    assert market.money == before + 15_000
    assert market.fresh(purchase).problem == "used"


def test_a_part_of_a_fee_is_for_a_person(market):
    purchase = market.order("fee")
    market.settle(purchase)

    news(market, purchase, 10_000)

    assert (market.fresh(purchase).state, market.fresh(purchase).problem) == ("part_refunded", "part_plan")
    assert market.state.state == "active"


def test_a_refund_of_what_still_waits_gives_nothing_and_takes_nothing(db):
    market = open_market(money=0)
    purchase = market.order("fee")
    market.settle(purchase)

    news(market, purchase, 50_000)
    give_money(market, 100_000)
    with market.desk():
        assert settling.complete_waiting(actor=JOB, now=NOW) == 0

    assert (market.fresh(purchase).state, market.state.state, market.money) == ("refunded", "registered", 100_000)


def test_staff_refund_at_stripe_once(market, stripe):
    market.sell("fee")
    purchase = market.order("pack")
    market.checkout(purchase)
    stripe.pay(market.fresh(purchase).session_id)
    with market.desk():
        session = gateway.read(market.fresh(purchase).session_id)
    market.settle(purchase, session)

    with market.desk():
        with pytest.raises(NotAllowed):
            reversing.refund(purchase_id=purchase.id, amount=1, reason="", actor=market.owner, now=NOW)
        reversing.refund(purchase_id=purchase.id, amount=5_000, reason="Sorry", actor=market.finance, now=NOW)
        with pytest.raises(reversing.RefundTooLarge):
            reversing.refund(purchase_id=purchase.id, amount=15_001, reason="", actor=market.finance, now=NOW)
        reversing.changed(
            reference=purchase.id, payment=gateway.read_payment(session.payment_intent), actor=JOB, now=NOW
        )

    found = market.fresh(purchase)
    assert (found.refunded, found.reversed_coupon) == (5_000, 500)
    assert stripe.account("ada")["balance"]["sar"] == 15_000


def test_after_three_days_everybody_is_told_and_after_fourteen_the_merchant_may_have_its_money(stripe, db, mailoutbox):
    market = open_market(money=0)
    purchase = market.order("fee")
    market.checkout(purchase)
    stripe.pay(market.fresh(purchase).session_id)
    with market.desk():
        session = gateway.read(market.fresh(purchase).session_id)
    market.settle(purchase, session)
    with market.desk():
        assert sweeping.tell_of_waiting(now=NOW + 2 * DAY) == 0
        assert sweeping.tell_of_waiting(now=NOW + 3 * DAY) == 1
        assert sweeping.tell_of_waiting(now=NOW + 4 * DAY) == 0
        deliver(mails.STILL_WAITS)
    assert len(mailoutbox) == 2  # the owner, and the person of finance
    with market.shop():
        with pytest.raises(reversing.TooEarly):
            reversing.give_up(
                purchase_id=purchase.id, merchant_id=market.merchant.id, actor=market.owner,
                now=NOW + 14 * DAY - dt.timedelta(seconds=1),
            )  # fmt: skip
        reversing.give_up(
            purchase_id=purchase.id, merchant_id=market.merchant.id, actor=market.owner, now=NOW + 14 * DAY
        )

    assert (market.fresh(purchase).state, market.state.state) == ("refunded", "registered")
    assert stripe.account("ada")["balance"]["sar"] == 0


def test_every_mail_is_written(market, mailoutbox):
    market.settle(market.order("fee"))
    purchase = market.order("pack")
    market.settle(purchase)
    with market.desk():
        for write in (mails.completed, mails.waits_for_wallet, mails.still_waits, mails.refunded, mails.needs_person):
            write(market.fresh(purchase))
        mails.low_wallet(agent_id=market.agent.id, balance=100)
        assert settling.complete_waiting(actor=JOB, now=NOW) == 0
        until = market.state.active_until
        for days, sent in ((31, 0), (30, 1), (29, 0), (7, 1), (3, 0), (1, 1), (0.5, 0)):
            assert sweeping.remind(now=until - days * DAY) == sent, days
        assert deliver(mails.REMINDER, limit=9) == 3
    subjects = [mail.subject for mail in mailoutbox]
    assert len(subjects) == 8 + 3  # three of the first go to the office
    assert all(mail.body for mail in mailoutbox)


def test_the_alert_comes_once_when_the_balance_falls_below_the_level(market):
    with market.desk():
        wallets.set_alert(level=60_000, email="", actor=market.finance, now=NOW)
    for code in ("fee", "pack", "pack"):
        market.sell(code)
    with market.desk():
        (event,) = OutboxEvent.objects.filter(topic="wallet.low")
    assert event.payload["balance"] == 55_000
