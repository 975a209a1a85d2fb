"""Many at once: one transfer per key, never below zero, no deadlock. Each with a control that fails without the rule."""

from __future__ import annotations

import random
import threading

import psycopg
import pytest
from django.db import OperationalError

from credits.queries import balances, proof
from credits.services import ledger, legs
from kernel.ids import uuid7
from tenants.walls import wall
from tests.credits.cast import COUPON, JOB, NOW, WA_UI, deduct, open_merchant, run_threads, spend


def prove(master) -> proof.Proof:
    with wall(master, "master"):
        return proof.prove()


def test_one_key_sent_by_twenty_threads_is_one_transfer(race_site, race_master, wide_pool):
    with wall(race_site, "site"):
        merchant_id = open_merchant(wa_ui=100)
    key = uuid7()

    def send(_number):
        with wall(race_site, "site"):
            return deduct(merchant_id, WA_UI, 30, key=key)

    answers = run_threads(20, send)

    assert sum(answer.is_new for answer in answers) == 1
    assert len({answer.entries for answer in answers}) == 1
    with wall(race_site, "site"):
        assert balances.of_merchant(merchant_id).wa_ui == 70
    assert prove(race_master).differences == []


def test_one_key_sent_with_other_amounts_is_one_transfer_and_refusals(race_site, race_master, wide_pool):
    with wall(race_site, "site"):
        merchant_id = open_merchant(wa_ui=100)
    key = uuid7()

    def send(number):
        with wall(race_site, "site"):
            return deduct(merchant_id, WA_UI, number + 1, key=key)

    answers = run_threads(20, send)
    posted = [answer for answer in answers if not isinstance(answer, Exception)]

    assert len(posted) == 1
    assert sum(isinstance(answer, ledger.IdempotencyConflict) for answer in answers) == 19
    with wall(race_site, "site"):
        assert balances.of_merchant(merchant_id).wa_ui == 100 + posted[0].entries[0].amount or posted[0].balance()


def test_thirty_two_threads_that_want_a_thousand_of_five_hundred_get_five_hundred(
    race_site, race_master, wide_pool
):
    with wall(race_site, "site"):
        merchant_id = open_merchant(wa_ui=500)
    left = iter(range(1000))
    turn = threading.Lock()

    def buy(_number):
        bought = refused = 0
        with wall(race_site, "site"):
            while True:
                with turn:
                    if next(left, None) is None:
                        return bought, refused
                try:
                    deduct(merchant_id, WA_UI, 1)
                    bought += 1
                except ledger.InsufficientCredits:
                    refused += 1

    results = run_threads(32, buy)

    assert (sum(bought for bought, _ in results), sum(refused for _, refused in results)) == (500, 500)
    with wall(race_site, "site"):
        assert balances.of_merchant(merchant_id).wa_ui == 0
    assert prove(race_master).differences == []


def test_control_reading_and_then_writing_oversells(database, race_db, superuser):
    """What the ledger would do without its lock: two buyers read the same balance before either writes."""
    superuser.execute("CREATE TABLE naive (balance int NOT NULL)")
    superuser.execute("INSERT INTO naive VALUES (500)")

    def buy(_number):
        bought = 0
        with database.superuser() as connection:
            for _ in range(32):
                balance = connection.execute("SELECT balance FROM naive").fetchone()[0]
                if balance >= 1:
                    connection.execute("UPDATE naive SET balance = %s", [balance - 1])
                    bought += 1
        return bought

    bought = sum(run_threads(32, buy))

    assert bought > 500


def test_transfers_in_all_directions_between_the_same_accounts_never_deadlock(race_site, race_master, wide_pool):
    batches = [uuid7() for _ in range(5)]
    with wall(race_site, "site"):
        merchant_id = open_merchant(5000)
        for batch_id in batches:
            spend(merchant_id, 500, batch_id=batch_id)

    def legs_at_random(dice):
        chosen = dice.sample([None, *batches], dice.randint(2, 4))
        amounts = [dice.randint(1, 20) * dice.choice((-1, 1)) for _ in chosen[1:]]
        amounts.append(-sum(amounts) or 1)
        if sum(amounts):
            amounts[0] -= 1
        if not amounts[0]:
            return legs_at_random(dice)
        return [
            legs.escrow(batch_id, merchant_id, COUPON, amount)
            if batch_id
            else legs.merchant_wallet(merchant_id, COUPON, amount, "deduct" if amount < 0 else "refund")
            for batch_id, amount in zip(chosen, amounts, strict=True)
        ]

    def move(number):
        dice, moved = random.Random(number), 0
        with wall(race_site, "site"):
            for _ in range(150):
                try:
                    ledger.post(
                        key=uuid7(), kind="test", legs=legs_at_random(dice), merchant_id=merchant_id,
                        actor=JOB, now=NOW,
                    )  # fmt: skip
                    moved += 1
                except ledger.InsufficientCredits:
                    pass
        return moved

    results = run_threads(8, move)

    assert not [result for result in results if isinstance(result, Exception)]
    assert sum(results) > 1000
    assert prove(race_master).differences == []


def test_control_locking_in_the_order_of_the_request_deadlocks(database, race_db, superuser):
    superuser.execute("CREATE TABLE naive (id int PRIMARY KEY, balance int NOT NULL)")
    superuser.execute("INSERT INTO naive VALUES (1, 100), (2, 100)")
    both_hold_one = threading.Barrier(2)

    def move(number):
        first, second = ((1, 2), (2, 1))[number]
        with database.superuser() as connection, connection.transaction():
            connection.execute("SET LOCAL deadlock_timeout = '20ms'")
            connection.execute("UPDATE naive SET balance = balance - 1 WHERE id = %s", [first])
            both_hold_one.wait()
            connection.execute("UPDATE naive SET balance = balance + 1 WHERE id = %s", [second])

    results = run_threads(2, move)

    assert sum(isinstance(result, psycopg.errors.DeadlockDetected) for result in results) == 1


def test_a_wallet_that_somebody_else_holds_is_waited_for_and_not_forever(race_site, superuser, wide_pool):
    with wall(race_site, "site"):
        merchant_id = open_merchant(wa_ui=10)

    with superuser.transaction():
        superuser.execute("SELECT FROM credits_account WHERE merchant_id = %s FOR UPDATE", [merchant_id])
        with wall(race_site, "site"), pytest.raises(OperationalError, match="lock timeout"):
            deduct(merchant_id, WA_UI, 1)

    with wall(race_site, "site"):
        assert balances.of_merchant(merchant_id).wa_ui == 10
