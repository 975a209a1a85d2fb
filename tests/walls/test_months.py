"""A merchant's month in the registry: its site writes it, the console reads it, and nobody else does either."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenants.models import MerchantMonth
from tenants.walls import wall
from tests import factories
from tests.factories import NOW

MONTH = dt.date(2026, 3, 1)


@pytest.fixture
def mona(ada_site):
    with wall(ada_site, "site"):
        merchant = factories.make_merchant("Mona")
        factories.make_month(merchant, ui_arrived=3)
    return merchant


@pytest.fixture
def bobs(bob_site):
    with wall(bob_site, "site"):
        merchant = factories.make_merchant("Bilal")
        factories.make_month(merchant, ui_arrived=5)
    return merchant


def test_a_site_sees_and_changes_its_own_only(mona, bobs, ada_site, bob_site):
    with wall(ada_site, "site"):
        assert [row.merchant_id for row in MerchantMonth.objects.all()] == [mona.id]
        assert MerchantMonth.objects.filter(merchant_id=bobs.id).update(ui_arrived=9) == 0
    with wall(bob_site, "site"):
        assert MerchantMonth.objects.get().ui_arrived == 5


def test_a_site_cannot_write_for_another_or_for_anothers_merchant(mona, bobs, ada_site, bob_site):
    planted = {"month": dt.date(2026, 2, 1), "counted_at": NOW}
    for site_id, merchant_id in ((bob_site.id, bobs.id), (bob_site.id, mona.id), (ada_site.id, bobs.id)):
        with wall(ada_site, "site"), pytest.raises(DatabaseError), transaction.atomic():
            MerchantMonth.objects.create(site_id=site_id, merchant_id=merchant_id, **planted)
    with wall(ada_site, "site"), pytest.raises(DatabaseError), transaction.atomic():
        MerchantMonth.objects.update(site_id=bob_site.id)

    with wall(bob_site, "site"):
        assert MerchantMonth.objects.count() == 1


def test_the_console_reads_every_sites_and_writes_none(mona, bobs, master_site):
    with wall(master_site, "master"):
        assert set(MerchantMonth.objects.values_list("merchant__name", flat=True)) == {"Mona", "Bilal"}
        for statement in ("UPDATE tenants_merchantmonth SET ui_arrived = 9", "DELETE FROM tenants_merchantmonth"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)


@pytest.mark.parametrize("level", ["merchant", "holder", "visitor"])
def test_merchants_and_the_public_read_nothing(mona, ada_site, level):
    named = {"merchant": {"merchant": mona.id}, "holder": {"proof": mona.id}}.get(level, {})
    with wall(ada_site, level, **named):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            MerchantMonth.objects.count()


@pytest.mark.parametrize(
    "wrong", [{"month": dt.date(2026, 3, 2)}, {"ui_arrived": -1}, {"coupons_taken": -1}, {"month": MONTH}]
)
def test_the_database_refuses_what_cannot_be(mona, ada_site, wrong):
    given = {"month": dt.date(2026, 4, 1), "site_id": ada_site.id, "merchant_id": mona.id, "counted_at": NOW, **wrong}
    with wall(ada_site, "site"):
        with pytest.raises(IntegrityError), transaction.atomic():
            MerchantMonth.objects.create(**given)


def test_nobody_of_the_site_removes_a_month(mona, ada_site):
    with wall(ada_site, "site"), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        MerchantMonth.objects.filter(merchant_id=mona.id).delete()
