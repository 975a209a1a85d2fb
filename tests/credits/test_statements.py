"""Statements tie to the ledger to the unit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import DatabaseError, transaction

from credits.models import Transfer
from credits.queries import balances, statements
from kernel.ids import uuid7
from tenants.walls import wall
from tests.credits.cast import COUPON, DAY, NOW, give, open_merchant, settle, spend


@pytest.fixture
def history(ada_site):
    """Three days of one wallet: +100, then −60 and −30 in batches, then +20 back; and a message credit beside it."""
    with wall(ada_site, "site"):
        merchant_id, batch_id = open_merchant(), uuid7()
        give(merchant_id, 100, now=NOW)
        give(merchant_id, 7, "wa_ui", now=NOW)
        spend(merchant_id, 60, batch_id=batch_id, now=NOW + DAY)
        spend(merchant_id, 30, now=NOW + DAY)
        settle(batch_id, refund=20, consumed=40, now=NOW + 2 * DAY)
        return merchant_id, batch_id, balances.wallet_of_merchant(merchant_id, COUPON)


def test_lines_are_newest_first_with_the_balance_after_each(ada_site, history):
    _, _, wallet = history

    with wall(ada_site, "site"):
        lines = statements.entries(account=wallet).values_list("action", "amount", "balance_after")

        assert list(lines) == [
            ("refund", 20, 30), ("deduct", -30, 10), ("deduct", -60, 40), ("purchase", 100, 100),
        ]  # fmt: skip


def test_a_period_has_its_start_and_not_its_end(ada_site, history):
    _, _, wallet = history

    with wall(ada_site, "site"):
        lines = statements.entries(account=wallet, start=NOW + DAY, end=NOW + 2 * DAY)

        assert [line.amount for line in lines] == [-30, -60]
        assert statements.opening(account=wallet, start=NOW + DAY) == 100
        assert statements.closing(account=wallet, end=NOW + 2 * DAY) == 10


def test_opening_plus_the_totals_is_closing_in_every_period(ada_site, history):
    _, _, wallet = history
    moments = [NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY]

    with wall(ada_site, "site"):
        for start, end in pairwise(moments):
            totals = statements.totals(account=wallet, start=start, end=end)
            opening = statements.opening(account=wallet, start=start)

            assert set(totals) == {"purchase", "deduct", "refund", "adjustment"}
            assert opening + sum(total.amount for total in totals.values()) == statements.closing(
                account=wallet, end=end
            )


def test_a_statement_is_narrowed_by_unit_action_and_batch(ada_site, history):
    merchant_id, batch_id, _ = history

    with wall(ada_site, "site"):
        of_batch = statements.entries(merchant_id=merchant_id, related_id=batch_id)
        messages = statements.entries(merchant_id=merchant_id, unit="wa_ui")
        deductions = statements.entries(merchant_id=merchant_id, action="deduct")

        assert [line.amount for line in of_batch] == [20, -60]
        assert [line.amount for line in messages] == [7]
        assert [line.amount for line in deductions] == [-30, -60]


def test_escrow_and_far_sides_never_show(ada_site, history):
    merchant_id, _, _ = history

    with wall(ada_site, "site"):
        shown = statements.entries(merchant_id=merchant_id)
        of_site = statements.entries()

        assert {line.action for line in of_site} <= {"purchase", "deduct", "refund", "adjustment"}
        assert {line.account.kind for line in shown.select_related("account")} == {"wallet"}
        assert shown.count() == 5


def test_a_merchant_reads_its_statement_with_who_and_why_in_one_query(
    ada_site, history, django_assert_num_queries
):
    merchant_id, _, wallet = history

    with wall(ada_site, "merchant", merchant=merchant_id), django_assert_num_queries(1):
        lines = list(statements.entries(account=wallet.id))
        assert {(line.transfer.actor_label, line.transfer.kind) for line in lines} == {
            ("test", "grant"), ("test", "batch.generate"), ("test", "batch.settle"),
        }  # fmt: skip


def test_a_merchant_cannot_read_the_hash_of_a_request(ada_site, history):
    merchant_id, _, _ = history

    with wall(ada_site, "merchant", merchant=merchant_id):
        assert Transfer.objects.defer("request_hash").count() == 5
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            list(Transfer.objects.values_list("request_hash"))


def test_three_balances_of_many_merchants_are_one_query(ada_site, history, django_assert_num_queries):
    merchant_id, _, _ = history

    with wall(ada_site, "site"):
        other = open_merchant(5)
        with django_assert_num_queries(1):
            found = balances.of_merchants([merchant_id, other, uuid7()])

    assert {key: value.coupon for key, value in found.items()} == {merchant_id: 30, other: 5}
