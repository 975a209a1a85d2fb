"""Many at once: one transfer per key, never below zero, no deadlock. Each with a control that fails without the rule."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import OperationalError

from credits.queries import balances, proof
from credits.services import ledger, legs
from kernel.ids import uuid7
from tenants.walls import wall
from tests import cluster
from tests.credits.cast import COUPON, JOB, NOW, WA_UI, deduct, open_merchant, spend
from tests.threads import run_threads


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
        assert balances.of_merchant(merchant_id).wa_ui == 100 + posted[0].entries[0].amount < 100


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


def transfers_in_all_directions(site) -> list[object]:
    """Eight threads move credits between one wallet and five escrows, two to four of them at a time, in both directions.

    What each thread did, or the error that ended it.
    """
    batches = [uuid7() for _ in range(5)]
    with wall(site, "site"):
        merchant_id = open_merchant(5000)
        for batch_id in batches:
            spend(merchant_id, 500, batch_id=batch_id)

    def one_leg(batch_id, amount):
        if batch_id:
            return legs.escrow(batch_id, merchant_id, COUPON, amount)
        return legs.merchant_wallet(merchant_id, COUPON, amount, "deduct" if amount < 0 else "refund")

    def move(number):
        dice, moved = random.Random(number), 0
        with wall(site, "site"):
            for _ in range(150):
                others = dice.sample([None, *batches], dice.randint(2, 4))
                giver, amounts = others.pop(), [dice.randint(1, 20) for _ in others]
                direction = dice.choice((-1, 1))
                movement = [one_leg(giver, -direction * sum(amounts))]
                movement += [one_leg(to, direction * amount) for to, amount in zip(others, amounts, strict=True)]
                try:
                    ledger.post(key=uuid7(), kind="test", legs=movement, actor=JOB, now=NOW)
                    moved += 1
                except ledger.InsufficientCredits:
                    pass
        return moved

    return run_threads(8, move)


def test_transfers_in_all_directions_between_the_same_accounts_never_deadlock(race_site, race_master, wide_pool):
    results = transfers_in_all_directions(race_site)

    assert not [result for result in results if isinstance(result, Exception)]
    assert sum(results) > 1000
    assert prove(race_master).differences == []


def test_control_without_the_one_order_of_locks_they_deadlock(race_site, superuser, database, wide_pool):
    text = superuser.execute("SELECT pg_get_functiondef('bank_post'::regproc)").fetchone()[0]
    assert "ORDER BY a.id FOR NO KEY UPDATE" in text
    superuser.execute(text.replace("ORDER BY a.id FOR NO KEY UPDATE", "ORDER BY random() FOR NO KEY UPDATE"))
    superuser.execute(f"ALTER DATABASE {database.name} SET deadlock_timeout = '20ms'")

    results = transfers_in_all_directions(race_site)

    assert any(isinstance(result, OperationalError) and "deadlock detected" in str(result) for result in results)


def test_a_wallet_that_somebody_else_holds_is_waited_for_and_not_forever(race_site, superuser, database):
    superuser.execute(f"ALTER ROLE couponry_app IN DATABASE {database.name} SET lock_timeout = '200ms'")
    cluster.close_connections()
    with wall(race_site, "site"):
        merchant_id = open_merchant(wa_ui=10)

    with superuser.transaction():
        superuser.execute("SELECT FROM credits_account WHERE merchant_id = %s FOR UPDATE", [merchant_id])
        with wall(race_site, "site"), pytest.raises(OperationalError, match="lock timeout"):
            deduct(merchant_id, WA_UI, 1)

    with wall(race_site, "site"):
        assert balances.of_merchant(merchant_id).wa_ui == 10
