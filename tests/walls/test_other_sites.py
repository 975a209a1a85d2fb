"""Staff of one site reach nothing of another, by no statement: reading, joining, COPY, roles, definitions."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.walls import wall
from tests import factories

STATEMENTS = [
    'SELECT * FROM "{other}".merchants_coupon',
    'SELECT 1 FROM "{other}".merchants_merchant o JOIN merchants_merchant m ON m.id = o.id',
    'COPY "{other}".merchants_coupon TO STDOUT',
    'INSERT INTO "{other}".merchants_merchant SELECT * FROM merchants_merchant',
    "SELECT '\"{other}\".merchants_coupon'::regclass",
    'SELECT "{other}".coupon_page(\'X\')',
    'TRUNCATE "{other}".merchants_coupon',
    "TRUNCATE merchants_coupon",
    "CREATE TABLE planted (x int)",
    "CREATE TEMP TABLE planted (x int)",
    "CREATE ROLE planted",
    "SET ROLE couponry_owner",
    "ALTER TABLE merchants_coupon DISABLE ROW LEVEL SECURITY",
    "DROP POLICY wall_site ON merchants_coupon",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_it_is_refused(ada_site, bob_site, statement):
    with wall(bob_site, "site"):
        factories.make_batch(factories.make_merchant())

    with wall(ada_site, "site"), pytest.raises(DatabaseError, match=r"permission denied|must be owner|must have"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(other=bob_site.schema_name))


def test_the_bank_shows_a_site_its_own_rows_only(ada_site, bob_site):
    from credits.models import Account
    from credits.services import wallets

    for site in (ada_site, bob_site):
        with wall(site, "site"):
            merchant = factories.make_merchant()
            wallets.open_for_merchant(merchant_id=merchant.id, now=factories.NOW)

    with wall(ada_site, "site"):
        assert set(Account.objects.values_list("site_id", flat=True)) == {ada_site.id}
