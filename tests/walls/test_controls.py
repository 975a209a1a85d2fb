"""Controls: with a wall taken down the same query leaks. If it did not, the wall tests would prove nothing."""

from __future__ import annotations

from merchants import models as m
from tenants.walls import wall
from tests import cluster, factories


def two_merchants(site):
    with wall(site, "site"):
        mona, sam = factories.make_merchant("Mona"), factories.make_merchant("Sam")
        factories.make_batch(mona)
        factories.make_batch(sam)
    return mona, sam


def merchants_seen(site, merchant):
    with wall(site, "merchant", merchant=merchant.id):
        return set(m.Coupon.objects.values_list("merchant_id", flat=True))


def test_without_row_level_security_a_merchant_sees_everybody(race_db, superuser):
    site = cluster.site("ada")
    mona, sam = two_merchants(site)
    assert merchants_seen(site, mona) == {mona.id}

    superuser.execute(f'ALTER TABLE "{site.schema_name}".merchants_coupon DISABLE ROW LEVEL SECURITY')

    assert merchants_seen(site, mona) == {mona.id, sam.id}


def test_without_grants_by_schema_a_site_sees_another(race_db, superuser):
    ada, bob = cluster.site("ada"), cluster.site("bob")
    with wall(bob, "site"):
        factories.make_user("dan")
    superuser.execute(f'GRANT USAGE ON SCHEMA "{bob.schema_name}" TO "{ada.schema_name}_site"')
    superuser.execute(f'GRANT SELECT ON "{bob.schema_name}".accounts_user TO "{ada.schema_name}_site"')
    superuser.execute(f'ALTER TABLE "{bob.schema_name}".accounts_user DISABLE ROW LEVEL SECURITY')

    with wall(ada, "site"):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{bob.schema_name}".accounts_user')
            assert cursor.fetchone()[0] == 1
