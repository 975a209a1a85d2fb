"""The proof finds what somebody with every right changed behind the ledger's back, and names it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from credits import tasks
from credits.queries import balances
from credits.services import ledger
from kernel.ids import uuid7
from tenants.walls import wall
from tenants.walls.levels import MASTER_ID
from tests.credits.cast import DAY, JOB, NOW, open_merchant, settle, spend


@pytest.fixture
def mona(race_site):
    """A wallet with four entries: +1000, −10, −20, −30, the first two batches settled."""
    batches = [uuid7(), uuid7(), uuid7()]
    with wall(race_site, "site"):
        merchant_id = open_merchant(1000)
        for number, batch_id in enumerate(batches, 1):
            spend(merchant_id, 10 * number, batch_id=batch_id, now=NOW + number * DAY)
        settle(batches[0], refund=0, consumed=10, now=NOW + 4 * DAY)
        wallet = balances.wallet_of_merchant(merchant_id, "coupon")
    return {"merchant": merchant_id, "wallet": wallet.id, "batches": batches}


def prove() -> dict:
    """What the command says, in JSON; it ends with an error, and so with exit code 1, exactly when it finds something."""
    out, failed = io.StringIO(), False
    try:
        call_command("prove_ledger", "--json", stdout=out)
    except CommandError:
        failed = True
    found = json.loads(out.getvalue())
    assert failed is not found["proved"]
    return found


def tamper(superuser, *statements):
    """What only a superuser can do: triggers and foreign keys off."""
    with superuser.transaction():
        superuser.execute("SET LOCAL session_replication_role = replica")
        for statement, params in statements:
            assert superuser.execute(statement, params).rowcount > 0


def test_an_honest_ledger_is_proved(mona):
    found = prove()

    assert (found["proved"], found["differences"]) == (True, [])
    assert found["transfers"] == 5


def test_the_command_says_so_in_words(mona, capsys):
    call_command("prove_ledger")

    assert "The ledger is right." in capsys.readouterr().out


ENTRY = "WHERE account_id = %s AND version = %s"
CASES = {
    "a balance is raised": (
        lambda m: [("UPDATE credits_account SET balance = balance + 1 WHERE id = %s", [m["wallet"]])],
        {"balance"},
    ),
    "a version is set back": (
        lambda m: [("UPDATE credits_account SET version = version - 1 WHERE id = %s", [m["wallet"]])],
        {"version"},
    ),
    "an amount is changed": (
        lambda m: [(f"UPDATE credits_entry SET amount = amount + 5 {ENTRY}", [m["wallet"], 2])],
        {"balance", "chain", "zero", "request"},
    ),
    "both sides and every balance are changed": (
        lambda m: [
            (f"UPDATE credits_entry SET amount = amount + 5, balance_after = balance_after + 5 {ENTRY}", [m["wallet"], 4]),
            ("UPDATE credits_account SET balance = balance + 5 WHERE id = %s", [m["wallet"]]),
            ("UPDATE credits_entry SET amount = amount - 5, balance_after = balance_after - 5"
             " WHERE related_id = %s AND action = ''", [m["batches"][2]]),
            ("UPDATE credits_account SET balance = balance - 5 WHERE ref_id = %s", [m["batches"][2]]),
        ],
        {"request"},
    ),
    "an entry is removed": (
        lambda m: [(f"DELETE FROM credits_entry {ENTRY}", [m["wallet"], 2])],
        {"balance", "version", "chain", "zero", "request"},
    ),
    "a transfer is removed with all its entries": (
        lambda m: [
            ("DELETE FROM credits_entry WHERE related_id = %s", [m["batches"][2]]),
            ("DELETE FROM credits_transfer WHERE related_id = %s", [m["batches"][2]]),
            ("UPDATE credits_account SET balance = balance + 30 WHERE id = %s", [m["wallet"]]),
            ("UPDATE credits_account SET balance = 0, version = 0 WHERE ref_id = %s", [m["batches"][2]]),
        ],
        {"version"},
    ),
    "a transfer is removed and its entries stay": (
        lambda m: [("DELETE FROM credits_transfer WHERE related_id = %s", [m["batches"][2]])],
        {"transfer"},
    ),
    "two entries change places": (
        lambda m: [
            (f"UPDATE credits_entry SET version = 99 {ENTRY}", [m["wallet"], 2]),
            (f"UPDATE credits_entry SET version = 2 {ENTRY}", [m["wallet"], 3]),
            (f"UPDATE credits_entry SET version = 3 {ENTRY}", [m["wallet"], 99]),
        ],
        {"chain"},
    ),
    "an entry is dated back": (
        lambda m: [(f"UPDATE credits_entry SET at = at - interval '9 days' {ENTRY}", [m["wallet"], 3])],
        {"chain"},
    ),
    "a reason is changed": (
        lambda m: [("UPDATE credits_transfer SET reason = 'gift' WHERE kind = 'grant'", [])],
        {"request"},
    ),
    "an entry is given to somebody else": (
        lambda m: [(f"UPDATE credits_entry SET merchant_id = uuidv7() {ENTRY}", [m["wallet"], 3])],
        {"owner"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_proof_names_what_was_changed(mona, superuser, case):
    change, expected = CASES[case]

    tamper(superuser, *change(mona))
    found = prove()

    assert found["proved"] is False
    assert {difference["check"] for difference in found["differences"]} == expected


def test_the_difference_names_the_site_the_row_and_both_values(mona, race_site, superuser):
    tamper(superuser, ("UPDATE credits_account SET balance = balance + 7 WHERE id = %s", [mona["wallet"]]))

    (difference,) = prove()["differences"]

    assert difference == {
        "check": "balance",
        "meaning": "an account's balance is not the sum of its entries",
        "site_id": str(race_site.id),
        "object_id": f"account {mona['wallet']}",
        "found": "947",
        "expected": "940",
    }


def test_credits_put_into_the_escrow_of_a_settled_batch_are_found(mona, race_site):
    with wall(race_site, "site"):
        ledger.spend_to_escrow(
            batch_id=mona["batches"][0], merchant_id=mona["merchant"], n=3, actor=JOB, now=NOW, key=uuid7()
        )

    assert [difference["check"] for difference in prove()["differences"]] == ["settled"]


def test_pages_miss_nothing_at_their_edges(mona, superuser, monkeypatch):
    monkeypatch.setattr("credits.queries.proof.PAGE", 2)
    honest = prove()

    tamper(
        superuser,
        ("UPDATE credits_entry SET amount = amount + 1 WHERE account_id = %s AND version = 4", [mona["wallet"]]),
    )

    assert (honest["proved"], honest["transfers"]) == (True, 5)
    assert {"balance", "zero"} <= {difference["check"] for difference in prove()["differences"]}


def test_the_nightly_task_fails_when_the_ledger_is_broken(mona, superuser):
    tasks.prove(site_id=MASTER_ID)

    tamper(superuser, ("UPDATE credits_account SET balance = balance + 1 WHERE id = %s", [mona["wallet"]]))

    with pytest.raises(tasks.LedgerBrokenError, match=str(mona["wallet"])):
        tasks.prove(site_id=MASTER_ID)
