"""No merchant sees or touches another's rows: for every table of the catalog that has a merchant column."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from merchants import models as m
from tenants.walls import wall
from tests import factories
from tests.guards import catalog


@pytest.fixture
def two_merchants(ada_site):
    with wall(ada_site, "site"):
        mona, sam = factories.make_merchant("Mona"), factories.make_merchant("Sam")
        factories.make_one_of_everything(mona)
        factories.make_one_of_everything(sam)
    return mona, sam


def rows(sql: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def merchant_tables(superuser, schema):
    return [t for t in catalog.tables(superuser, schema) if "merchant_id" in t.columns]


def test_each_table_shows_a_merchant_its_own_rows_only(two_merchants, ada_site, superuser):
    mona, sam = two_merchants
    readable = 0
    for table in merchant_tables(superuser, ada_site.schema_name):
        with wall(ada_site, "site"):
            there = {str(row[0]) for row in rows(f"SELECT DISTINCT merchant_id FROM {table.full}")}
        assert {str(mona.id), str(sam.id)} <= there, f"nothing to steal in {table.full}: add it to the factories"

        with wall(ada_site, "merchant", merchant=mona.id):
            if "SELECT" not in catalog.rights(superuser, f"{ada_site.schema_name}_merchant", table):
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                    rows(f"SELECT merchant_id FROM {table.full}")
                continue
            seen = {str(row[0]) for row in rows(f"SELECT DISTINCT merchant_id FROM {table.full}")}
        assert seen == {str(mona.id)}, table.full
        readable += 1
    assert readable > 10


def test_no_table_lets_a_merchant_change_or_delete_anothers_rows(two_merchants, ada_site, superuser):
    mona, sam = two_merchants
    for table in merchant_tables(superuser, ada_site.schema_name):
        with wall(ada_site, "site"):
            before = rows(f"SELECT count(*) FROM {table.full} WHERE merchant_id = %s", sam.id)
        for statement in (
            f"DELETE FROM {table.full} WHERE merchant_id = %s",
            f"UPDATE {table.full} SET merchant_id = '{mona.id}' WHERE merchant_id = %s",
        ):
            with wall(ada_site, "merchant", merchant=mona.id):
                try:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(statement, [sam.id])
                        assert cursor.rowcount == 0, statement
                except DatabaseError:
                    pass  # refused outright, which is as good
        with wall(ada_site, "site"):
            assert rows(f"SELECT count(*) FROM {table.full} WHERE merchant_id = %s", sam.id) == before


def test_a_merchant_cannot_put_a_row_into_anothers(two_merchants, ada_site):
    mona, sam = two_merchants

    with wall(ada_site, "merchant", merchant=mona.id), pytest.raises(DatabaseError), transaction.atomic():
        m.CouponTemplate.objects.create(merchant_id=sam.id, name="planted", created_at=factories.NOW, **factories.FACE)

    with wall(ada_site, "site"):
        assert not m.CouponTemplate.objects.filter(name="planted").exists()


def test_a_coupon_cannot_hang_on_another_merchants_batch(two_merchants, ada_site):
    mona, sam = two_merchants
    with wall(ada_site, "site"):
        foreign = m.Batch.objects.filter(merchant=sam).first()

    with wall(ada_site, "merchant", merchant=mona.id), pytest.raises(DatabaseError), transaction.atomic():
        m.Coupon.objects.create(merchant_id=mona.id, batch_id=foreign.id, serial="PLANTED", lane="online")


def test_a_merchant_sees_only_customers_who_claimed_with_it(two_merchants, ada_site):
    mona, _ = two_merchants

    with wall(ada_site, "site"):
        assert m.Customer.objects.count() == 2
    with wall(ada_site, "merchant", merchant=mona.id):
        assert m.Customer.objects.count() == 1


def test_visitors_and_holders_read_no_customer_of_others(two_merchants, ada_site):
    with wall(ada_site, "site"):
        first, _ = m.Customer.objects.order_by("created_at", "id")

    with wall(ada_site, "visitor"), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        m.Customer.objects.count()
    with wall(ada_site, "holder", proof=first.id):
        assert [customer.id for customer in m.Customer.objects.all()] == [first.id]
