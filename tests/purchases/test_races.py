"""Many at once: one settlement, never more than the money, nothing half done. With a control that fails without the lock."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.payments.services import gateway
from agents.purchases import locks
from agents.purchases.models import Paper, Purchase
from agents.purchases.services import reversing, settling, starting
from credits.models import Account, Entry
from kernel.ids import uuid7
from kernel.models import OutboxEvent
from tests.factories import NOW
from tests.merchants.cast import differences
from tests.purchases.cast import JOB, URL, give_money, make_shop, open_market, paid
from tests.threads import run_threads

ROOT = Path(__file__).resolve().parents[2]


def completions(market):
    with market.desk():
        return OutboxEvent.objects.filter(topic="purchase.completed").count(), Paper.objects.count()


def settle_at_once(market, purchase, count=12):
    session = paid(purchase)
    return run_threads(count, lambda _number: market.settle(purchase, session).state)


def test_webhook_success_page_and_sweep_at_once_settle_once(race_market, wide_pool):
    purchase = race_market.order("fee")

    answers = settle_at_once(race_market, purchase)

    assert answers == ["completed"] * 12
    assert completions(race_market) == (1, 1)
    assert race_market.money == 70_000
    assert differences() == []


def test_without_the_lock_they_would_collide(race_market, wide_pool, monkeypatch):
    """The control: if this passed, the test above would prove nothing."""
    purchase = race_market.order("fee")
    together = threading.Barrier(4)

    def unlocked(purchase_id):
        found = Purchase.objects.get(id=purchase_id)
        together.wait(20)
        return found

    monkeypatch.setattr(locks, "purchase", unlocked)

    answers = settle_at_once(race_market, purchase, 4)

    assert any(isinstance(answer, Exception) for answer in answers) or completions(race_market)[0] > 1


def test_thirty_two_merchants_buy_with_money_for_half_of_them(race_db, wide_pool):
    market = open_market(money=16 * 30_000)
    shops = []
    with market.desk():
        for _number in range(32):
            shops.append(make_shop())
    orders = []
    for merchant, owner in shops:
        market.merchant, market.owner = merchant, owner
        orders.append(market.order("fee"))

    answers = run_threads(32, lambda number: market.settle(orders[number]).state)

    assert sorted(answers) == ["completed"] * 16 + ["pending_wallet"] * 16
    assert market.money == 0
    with market.desk():
        assert Paper.objects.count() == 32
        assert sorted(Paper.objects.values_list("number", flat=True)) == list(range(1, 33))
    give_money(market, 16 * 30_000)

    def go_on(_number):
        with market.desk():
            return settling.complete_waiting(actor=JOB, now=NOW)

    assert sum(run_threads(4, go_on)) == 16
    assert market.money == 0
    assert differences() == []


def test_a_worker_that_is_killed_while_settling_has_done_nothing(race_market, database):
    purchase = race_market.order("fee")
    environment = {**os.environ, "DATABASE_URL": database.url()}
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.purchases.settle_slowly", str(race_market.site.id), str(purchase.id)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout
    with worker.stdout:
        assert worker.stdout.readline() == "here\n"
        worker.kill()
        worker.wait(10)

    assert race_market.fresh(purchase).state == "pending_payment"
    assert race_market.money == 100_000
    assert completions(race_market) == (0, 0)

    race_market.settle(purchase)

    assert (race_market.state.state, race_market.money, completions(race_market)) == ("active", 70_000, (1, 1))
    assert differences() == []


@pytest.fixture
def thirty(market, stripe):
    """Thirty purchases of ten merchants, paid at the stand-in; some refunded, some in part, one disputed."""
    market.sell("fee")
    give_money(market, 5_000_000)
    chance, orders = random.Random(7), []
    with market.desk():
        shops = [make_shop(state="active") for _number in range(10)]
    for number in range(30):
        market.merchant, market.owner = shops[number % 10]
        code = "fee" if number < 10 else chance.choice(["pack", "ui", "bi"])
        with market.shop():
            made = starting.order(
                purchase_id=uuid7(), merchant_id=market.merchant.id, item_id=market.items[code].id,
                actor=market.owner, now=NOW,
            )  # fmt: skip
            starting.checkout(
                purchase_id=made.id, merchant_id=market.merchant.id, return_url=URL, cancel_url=URL, language="en",
                email="", actor=market.owner, now=NOW,
            )  # fmt: skip
        session = stripe.pay(market.fresh(made).session_id)
        if number >= 10 and number % 3 == 0:
            part = {"amount": made.retail // 2} if number % 2 else {}
            stripe.control("refund", payment_intent=session["payment_intent"], **part)
        elif number == 11:
            stripe.control("dispute", payment_intent=session["payment_intent"])
        orders.append((made.id, market.fresh(made).session_id, session["payment_intent"]))
    return market, orders


def books(market):
    """Everything that money and credits come to, without ids and moments."""
    with market.desk():
        carrying = Account.objects.filter(balance__isnull=False).order_by("id")
        wallets = list(carrying.values_list("id", "balance"))
        sums: dict[tuple[str, str], int] = {}
        for unit, action, amount in Entry.objects.values_list("unit", "action", "amount"):
            sums[unit, action] = sums.get((unit, action), 0) + amount
        states = list(Purchase.objects.order_by("id").values_list("state", "refunded", "returned_cost", "problem"))
        notes = sorted(Paper.objects.values_list("purchase_id", "kind", "total"))
    return wallets, sums, states, notes


def test_any_order_doubling_and_delay_of_the_news_of_thirty_purchases_gives_the_same_books(thirty):
    market, orders = thirty
    with market.desk():
        sessions = {order: gateway.read(session) for order, session, _intent in orders}
        payments = {order: gateway.read_payment(intent) for order, _session, intent in orders}
    all_news = [(kind, order) for order, _session, _intent in orders for kind in ("settle", "changed")]

    def tell(news):
        with market.desk():
            for kind, order in news:
                if kind == "settle":
                    settling.settle(reference=order, session=sessions[order], actor=JOB, now=NOW)
                else:
                    reversing.changed(reference=order, payment=payments[order], actor=JOB, now=NOW)

    def outcome(news):
        undone = transaction.atomic()
        undone._from_testcase = True  # the suite's own transaction: Stripe may be asked within
        with undone:
            tell(news)
            found = books(market)
            transaction.set_rollback(True)
        return found

    expected = outcome(all_news)
    assert {state for state, *_rest in expected[2]} == {"completed", "refunded", "part_refunded"}

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.permutations(all_news), st.lists(st.sampled_from(all_news), max_size=40))
    def any_order(order, doubled):
        cut = len(order) // 2
        assert outcome([*order[:cut], *doubled, *order[cut:], *doubled[:5]]) == expected

    any_order()
    tell(all_news)
    assert differences() == []
