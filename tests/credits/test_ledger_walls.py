"""Who sees which part of the ledger, and who may post for whom. Each test first shows that there is something to see."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from credits.models import Account, Entry, Transfer
from credits.queries import balances
from credits.services import ledger, legs, wallets
from kernel.ids import uuid7
from tenants.walls import registry, wall
from tests.credits.cast import COUPON, JOB, NOW, WA_UI, deduct, give, open_merchant, spend

TABLES = ("credits_account", "credits_transfer", "credits_entry")


@pytest.fixture
def mona(ada_site):
    with wall(ada_site, "site"):
        merchant_id = open_merchant(100, wa_ui=10)
        spend(merchant_id, 40)
        return merchant_id


@pytest.fixture
def sam(ada_site):
    """Another merchant of the same site."""
    with wall(ada_site, "site"):
        return open_merchant(50)


@pytest.fixture
def stranger(bob_site):
    """A merchant of another agent's site."""
    with wall(bob_site, "site"):
        return open_merchant(50)


@pytest.fixture
def ada(ada_site):
    """The agent's prepaid wallet."""
    agent_id = uuid7()
    with wall(ada_site, "site"):
        wallets.open_for_agent(agent_id=agent_id, currency="SAR", now=NOW)
        wallet = balances.wallet_of_agent(agent_id, "SAR")
        ledger.post(
            key=uuid7(), kind="topup", actor=JOB, now=NOW,
            legs=[legs.wallet(wallet, 9000, "purchase"), legs.far_side("issued", "SAR", -9000)],
        )  # fmt: skip
    return agent_id


def raw_post(site_id, merchant_id, *, key=None):
    """The function called by hand, past the services."""
    movement = [
        legs.merchant_wallet(merchant_id, COUPON, 5, "purchase").as_json(site_id),
        legs.far_side("issued", COUPON, -5).as_json(site_id),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM public.bank_post(%s, %s, 'test', %s::jsonb, '', NULL, '', NULL, 'system', 'thief', %s)",
            [key or uuid7(), site_id, json.dumps(movement), NOW],
        )


def test_a_merchant_sees_its_own_part_and_not_the_agents_wallet(ada_site, mona, sam, ada):
    with wall(ada_site, "site"):
        assert Account.objects.filter(agent_id=ada, balance=9000).exists()
        assert Entry.objects.filter(merchant_id=sam).exists()
        assert Transfer.objects.filter(merchant_id=sam).exists()

    with wall(ada_site, "merchant", merchant=mona):
        for model in (Account, Entry):
            assert set(model.objects.values_list("merchant_id", flat=True)) == {mona}
        assert set(Transfer.objects.values_list("merchant_id", flat=True)) == {mona}
        assert not Account.objects.filter(unit="SAR").exists()
        assert balances.of_merchants([mona, sam]).keys() == {mona}


def test_a_site_sees_nothing_of_another_site(ada_site, bob_site, mona, stranger):
    with wall(bob_site, "site"):
        assert Entry.objects.filter(merchant_id=stranger).exists()

    with wall(ada_site, "site"):
        for model in (Account, Transfer, Entry):
            assert model.objects.filter(merchant_id=mona).exists()
            assert set(model.objects.values_list("site_id", flat=True)) == {ada_site.id}


def test_the_console_sees_the_ledger_of_every_site(ada_site, bob_site, master_site, mona, stranger, ada):
    with wall(master_site, "master"):
        for model in (Account, Transfer, Entry):
            assert {ada_site.id, bob_site.id} <= set(model.objects.values_list("site_id", flat=True))
        assert balances.wallet_of_agent(ada, "SAR").balance == 9000


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("level", ["visitor", "holder"])
def test_customers_see_no_ledger(ada_site, mona, level, table):
    proof = uuid7() if level == "holder" else None

    with wall(ada_site, level, proof=proof), pytest.raises(DatabaseError, match="permission denied"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM public.{table}")


def test_the_registry_sees_no_ledger(ada_site, mona):
    with registry(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Account.objects.count()


def test_a_merchant_spends_its_own_credits_and_stays_behind_its_wall(ada_site, mona):
    with wall(ada_site, "merchant", merchant=mona):
        spend(mona, 10)

        assert balances.of_merchant(mona).coupon == 50
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone()[0].endswith("_merchant")


def test_a_merchant_cannot_spend_or_fill_anothers_wallet(ada_site, mona, sam):
    with wall(ada_site, "merchant", merchant=mona):
        with pytest.raises(ledger.UnknownAccount):
            spend(sam, 10)
        with pytest.raises(ledger.UnknownAccount):
            deduct(sam, WA_UI, 1)
        with pytest.raises(ledger.UnknownAccount):
            give(sam, 10)

    with wall(ada_site, "site"):
        assert balances.of_merchant(sam).coupon == 50


@pytest.mark.parametrize("level", ["merchant", "holder", "visitor"])
def test_only_site_and_console_may_call_the_functions(ada_site, mona, level):
    extra = {"merchant": {"merchant": mona}, "holder": {"proof": uuid7()}}.get(level, {})

    with wall(ada_site, level, **extra), pytest.raises(DatabaseError, match="permission denied"):
        raw_post(ada_site.id, mona)

    with wall(ada_site, "site"):
        assert balances.of_merchant(mona).coupon == 60


def test_a_site_cannot_post_for_another_site(ada_site, bob_site, stranger):
    with wall(ada_site, "site"):
        with pytest.raises(DatabaseError, match="may not post"):
            raw_post(bob_site.id, stranger)
        with pytest.raises(DatabaseError):  # the wallet is not on Ada's site
            raw_post(ada_site.id, stranger)
        with pytest.raises(ledger.UnknownAccount):
            ledger.post(
                key=uuid7(), kind="test", site_id=bob_site.id, actor=JOB, now=NOW,
                legs=[legs.merchant_wallet(stranger, COUPON, 5, "purchase"), legs.far_side("issued", COUPON, -5)],
            )  # fmt: skip

    with wall(bob_site, "site"):
        assert balances.of_merchant(stranger).coupon == 50


def test_a_site_cannot_open_a_wallet_on_another_site(ada_site, bob_site):
    with wall(ada_site, "site"), pytest.raises(DatabaseError, match="may not post"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT public.bank_open_account(%s, 'coupon', 'merchant', %s, %s)", [bob_site.id, uuid7(), NOW]
            )


def test_a_key_of_another_site_is_taken_and_tells_nothing(ada_site, bob_site, mona, stranger):
    key = uuid7()
    with wall(ada_site, "site"):
        deduct(mona, WA_UI, 1, key=key)

    with wall(bob_site, "site"), pytest.raises(ledger.IdempotencyConflict) as refused:
        deduct(stranger, COUPON, 1, key=key)

    assert refused.value.data == {"key": str(key)}
    with wall(bob_site, "site"):
        assert balances.of_merchant(stranger).coupon == 50


def test_the_console_leaves_escrows_alone(ada_site, master_site, mona):
    with wall(master_site, "master"), pytest.raises(DatabaseError, match="does not move"), transaction.atomic():
        ledger.post(
            key=uuid7(), kind="test", site_id=ada_site.id, actor=JOB, now=NOW,
            legs=[legs.merchant_wallet(mona, COUPON, -5, "deduct"), legs.far_side("consumed", COUPON, 5)],
        )  # fmt: skip

    with wall(ada_site, "site"):
        assert balances.of_merchant(mona).coupon == 60


def test_a_role_that_only_looks_like_a_site_is_refused(superuser, ada_site):
    forged = f"s{uuid7().hex}_site"

    with pytest.raises(Exception, match="may not post"), superuser.transaction():
        superuser.execute(f'CREATE ROLE "{forged}x" NOLOGIN')
        superuser.execute(f'GRANT couponry_site TO "{forged}x"')
        superuser.execute(f'SET LOCAL ROLE "{forged}x"')
        superuser.execute("SELECT bank_open_account(%s, 'coupon', 'merchant', %s, now())", [ada_site.id, uuid7()])


def test_the_owner_of_the_functions_cannot_sign_in_and_has_nothing_else(superuser):
    role = superuser.execute(
        "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'couponry_bank'"
    ).fetchone()
    can_create = superuser.execute("SELECT has_schema_privilege('couponry_bank', 'public', 'CREATE')").fetchone()[0]
    everybody = superuser.execute(
        "SELECT proname FROM pg_proc WHERE proname LIKE 'bank\\_%%' AND has_function_privilege('public', oid, 'EXECUTE')"
    ).fetchall()

    assert role == (False, False, False, False)
    assert can_create is False
    assert everybody == []
