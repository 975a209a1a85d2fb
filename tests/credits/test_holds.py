"""Holds: a queue of messages can never overdraw a wallet."""

from __future__ import annotations

import pytest

from credits.models import Entry, Hold
from credits.queries import balances, proof
from credits.services import holds, ledger
from kernel.ids import uuid7
from tenants.walls import wall
from tests import cluster
from tests.credits.cast import JOB, NOW, WA_UI, deduct, open_merchant
from tests.threads import run_threads


def ask(merchant_id, amount=1, hold_id=None):
    return holds.hold(hold_id=hold_id or uuid7(), merchant_id=merchant_id, unit=WA_UI, amount=amount, now=NOW)


def spend(merchant_id, hold_id, amount=1):
    return holds.spend(
        hold_id=hold_id, merchant_id=merchant_id, unit=WA_UI, amount=amount, related=ledger.Related("message", hold_id),
        actor=JOB, now=NOW,
    )  # fmt: skip


def wallet(merchant_id):
    return balances.wallet_of_merchant(merchant_id, WA_UI)


@pytest.fixture
def site(db):
    with wall(cluster.site("ada"), "site"):
        yield


def test_a_hold_lowers_what_is_available_and_writes_no_entry(site):
    merchant = open_merchant(wa_ui=5)
    before = Entry.objects.count()

    ask(merchant, 2)

    assert (wallet(merchant).balance, wallet(merchant).available) == (5, 3)
    assert Entry.objects.count() == before


def test_what_is_held_is_nobody_elses(site):
    merchant = open_merchant(wa_ui=3)
    ask(merchant, 2)

    with pytest.raises(ledger.InsufficientCredits) as refused:
        deduct(merchant, WA_UI, 2)
    with pytest.raises(ledger.InsufficientCredits):
        ask(merchant, 2)

    assert (refused.value.needed, refused.value.available) == (2, 1)
    assert wallet(merchant).available == 1


def test_a_spent_hold_is_one_deduct_however_often_it_is_told(site):
    merchant, message = open_merchant(wa_ui=1), uuid7()
    ask(merchant, hold_id=message)

    posted = [spend(merchant, message).is_new for _ in range(3)]

    assert posted == [True, False, False]
    assert (wallet(merchant).balance, wallet(merchant).held) == (0, 0)
    assert list(Entry.objects.filter(related_id=message, action="deduct").values_list("amount", flat=True)) == [-1]


def test_a_released_hold_is_available_again_and_cannot_be_released_twice(site):
    merchant, message = open_merchant(wa_ui=1), uuid7()
    ask(merchant, hold_id=message)

    released = [holds.release(hold_id=message, merchant_id=merchant) for _ in range(2)]

    assert released == [True, False]
    assert wallet(merchant).available == 1


def test_what_was_charged_and_came_to_nothing_is_given_back_once(site):
    merchant, message = open_merchant(wa_ui=1), uuid7()
    ask(merchant, hold_id=message)
    spend(merchant, message)

    given = [
        holds.give_back(
            hold_id=message, merchant_id=merchant, unit=WA_UI, amount=1, reason="not delivered",
            related=ledger.Related("message", message), actor=JOB, now=NOW,
        ).is_new
        for _ in range(2)
    ]  # fmt: skip

    assert given == [True, False]
    assert wallet(merchant).balance == 1


def test_the_same_key_for_something_else_is_refused(site):
    merchant, message = open_merchant(wa_ui=9), uuid7()
    ask(merchant, 1, message)

    with pytest.raises(ledger.IdempotencyConflict):
        ask(merchant, 2, message)


def test_thirty_two_at_once_hold_what_there_is_and_no_more(race_site, wide_pool):
    with wall(race_site, "site"):
        merchant = open_merchant(wa_ui=20)

    def one(number):
        with wall(race_site, "site"):
            return ask(merchant)

    results = run_threads(32, one)

    assert results.count(True) == 20
    assert sum(isinstance(result, ledger.InsufficientCredits) for result in results) == 12
    with wall(race_site, "site"):
        assert (wallet(merchant).held, Hold.objects.count()) == (20, 20)


def test_the_proof_names_a_wallet_whose_holds_do_not_add_up(race_site, race_master, superuser):
    with wall(race_site, "site"):
        merchant = open_merchant(wa_ui=3)
        ask(merchant, 2)
    superuser.execute("UPDATE credits_account SET held = 1 WHERE held = 2")

    with wall(race_master, "master"):
        assert [difference.check for difference in proof.prove().differences] == ["held"]


def test_a_merchant_sees_its_own_holds_and_writes_none(site):
    mona, omar = open_merchant(wa_ui=3), open_merchant(wa_ui=3)
    ask(mona)
    ask(omar)

    with wall(cluster.site("ada"), "merchant", merchant=mona):
        assert list(Hold.objects.values_list("merchant_id", flat=True)) == [mona]
