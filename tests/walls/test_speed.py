"""The walls keep the indexes: no key query reads a big table from end to end, as the real role."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from merchants import models as m
from tenants.walls import wall
from tests import cluster, factories

ROWS = 60_000
BIG = {"merchants_coupon", "merchants_batch"}


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def scans_whole_table(sql: str, params: tuple[object, ...] = ()) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql, params)
        answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return [
        node["Relation Name"]
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG
    ]


@pytest.fixture
def full_site(race_db, superuser):
    """Twenty merchants with three batches and 60,000 coupons in all, and 3,000 small batches."""
    site = cluster.site("ada")
    with wall(site, "site"):
        merchants = [factories.make_merchant() for _ in range(20)]
        customer = factories.make_customer()
        for merchant in merchants:
            for _ in range(150):
                factories.make_batch(merchant, 1, coupons=False)
        batches = [factories.make_batch(merchant, ROWS // 20, coupons=False) for merchant in merchants]
        with connection.cursor() as cursor:
            for number, batch in enumerate(batches):
                cursor.execute(
                    "INSERT INTO merchants_coupon (id, merchant_id, batch_id, serial, lane, state, source, void_reason)"
                    " SELECT uuidv7(), %s, %s, 'S' || %s || '-' || n, 'online', 'available', '', ''"
                    " FROM generate_series(1, %s) n",
                    [batch.merchant_id, batch.id, number, ROWS // 20],
                )
    superuser.execute(f'ANALYZE "{site.schema_name}".merchants_coupon')
    superuser.execute(f'ANALYZE "{site.schema_name}".merchants_batch')
    return site, merchants[0], batches[0], customer


def sql_of(queryset):
    return queryset.query.sql_with_params()


def test_key_queries_use_their_indexes(full_site):
    site, merchant, batch, customer = full_site
    with wall(site, "merchant", merchant=merchant.id):
        own = [
            m.Coupon.objects.filter(serial="S0-17"),
            m.Coupon.objects.filter(batch=batch).order_by("id")[:25],
            m.Coupon.objects.filter(batch=batch, state="available").order_by("id")[:25],
            m.Batch.objects.order_by("-created_at")[:25],
        ]
        for queryset in own:
            assert scans_whole_table(*sql_of(queryset)) == [], str(queryset.query)
    with wall(site, "visitor"):
        published = m.Batch.objects.filter(state="active", on_centre=True, sold_out=False)
        for order in (["-created_at"], ["claim_until"], ["-popularity", "-created_at"]):
            assert scans_whole_table(*sql_of(published.order_by(*order)[:24])) == [], order
    with wall(site, "holder", proof=customer.id):
        held = m.Coupon.objects.order_by("-taken_at").only("id")[:25]
        assert scans_whole_table(*sql_of(held)) == []
    with wall(site, "site"):
        free = m.Coupon.objects.filter(batch=batch, state="available", lane="online").order_by("id")[:1]
        assert scans_whole_table(*sql_of(free)) == []


def test_the_control_sees_a_whole_scan(full_site):
    site, _, _, _ = full_site

    with wall(site, "site"):
        assert scans_whole_table("SELECT count(*) FROM merchants_coupon WHERE void_reason = 'x'") == ["merchants_coupon"]
