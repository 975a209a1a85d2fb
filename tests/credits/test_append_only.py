"""Nobody changes or removes what was written: not by right, and where somebody has the right, not by trigger."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tenants.walls import levels

ORDERS = (
    "UPDATE {table} SET id = id",
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "INSERT INTO {table} SELECT * FROM {table}",
)


@pytest.fixture
def filled(race_site, superuser):
    """The site's schema, with a row in each append-only table of `public`."""
    from tenants.walls import wall
    from tests import cluster
    from tests.credits.cast import open_merchant, spend
    from tests.pricing.cast import make_item, put

    with wall(race_site, "site"):
        spend(open_merchant(10), 5)
    with wall(cluster.site("master"), "master"):
        put(make_item(), 15_000)
    for table in append_only(superuser, "public"):
        assert superuser.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()[0] > 0
    return race_site.schema_name


def append_only(superuser, schema):
    """By the catalog: a table that is made append-only later is tested too."""
    found = superuser.execute(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = 'append_only' AND n.nspname = %s",
        [schema],
    )
    return [name for (name,) in found]


def content(superuser, table):
    return superuser.execute(
        sql.SQL("SELECT count(*), coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM {} t").format(
            sql.Identifier(table)
        )
    ).fetchone()


def test_no_level_changes_removes_or_adds_by_hand(filled, database, superuser):
    tables = append_only(superuser, "public")
    before = {table: content(superuser, table) for table in tables}
    roles = [levels.role(filled, level) for level in levels.SITE_LEVELS]
    roles += [levels.role("master", "master"), *(f"couponry_{level}" for level in levels.PUBLIC_LEVELS), "none"]

    assert {"credits_transfer", "credits_entry"} <= set(tables)
    with psycopg.connect(libpq(database.url()), autocommit=True) as app:
        for role in roles:
            app.execute("SELECT set_config('role', %s, false)", [role])
            for table in tables:
                for order in ORDERS:
                    # The console adds prices; the same row twice it cannot add either.
                    may_add = (role, table, order) == ("master_master", "pricing_price", ORDERS[-1])
                    refusal = psycopg.errors.UniqueViolation if may_add else psycopg.errors.InsufficientPrivilege
                    with pytest.raises(refusal):
                        app.execute(sql.SQL(order).format(table=sql.Identifier("public", table)))

    assert {table: content(superuser, table) for table in tables} == before


def test_the_bank_itself_adds_and_does_nothing_else(filled, superuser):
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL ROLE couponry_bank")
        for table in append_only(superuser, "public"):
            for order in ORDERS[:4]:
                with pytest.raises(psycopg.errors.InsufficientPrivilege), superuser.transaction():
                    superuser.execute(sql.SQL(order).format(table=sql.Identifier(table)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), superuser.transaction():
            superuser.execute("UPDATE credits_account SET owner_id = uuidv7()")


def test_even_the_owner_of_the_tables_is_stopped_by_the_trigger(filled, database, superuser):
    before = {table: content(superuser, table) for table in append_only(superuser, "public")}

    with psycopg.connect(libpq(database.url(owner=True)), autocommit=True) as owner:
        for table in before:
            for order in ORDERS[:3]:
                with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                    owner.execute(sql.SQL(order).format(table=sql.Identifier(table)))

    assert {table: content(superuser, table) for table in before} == before


def libpq(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)


