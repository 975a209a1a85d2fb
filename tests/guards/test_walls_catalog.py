"""Every table is walled. The lists come from the catalog: a table added without a wall fails here."""

from __future__ import annotations

import re

import pytest

from tenants.walls import levels
from tests.guards import catalog

# Of a site, but nobody's in particular: the door's tables. No level but site has a right to them.
DOOR = re.compile(r"^(django_|auth_|guardian_|account_|mfa_|usersessions_|accounts_rolegrant|accounts_user_|ui_)")
# SECURITY DEFINER functions that exist on purpose, by the schema they stand in.
SITE_FUNCTIONS = {
    "claim_coupon",
    "recognise_phone",
    "proved_customers",
    "coupon_page",
    "serial_exists",
    "search_offers",
    "wheel_pick",
    "wheel_open",
    "wheel_face",
    "spin_wheel",
    "spin_page",
    "wheel_seen",
    "consent_at_claim",
}
PUBLIC_FUNCTIONS = {"bank_post", "bank_open_account", "bank_hold", "bank_release"}


@pytest.fixture
def schemas(ada_site, main_site):
    return [ada_site.schema_name, main_site.schema_name]


def test_every_table_of_a_site_is_walled_or_at_the_door(superuser, schemas):
    seen = 0
    for schema in schemas:
        for table in catalog.tables(superuser, schema):
            if DOOR.match(table.name):
                for level in ("merchant", "holder", "visitor"):
                    if table.name.startswith("ui_"):
                        continue
                    assert not catalog.rights(superuser, levels.role(schema, level), table), f"{level} on {table.full}"
                continue
            seen += 1
            assert table.rls, f"{table.full} has no row-level security"
            assert table.forced, f"{table.full} does not force it"
    assert seen > 20


def test_every_table_with_a_merchant_column_is_walled_by_it(superuser, schemas):
    found = [t for s in schemas for t in catalog.tables(superuser, s) if "merchant_id" in t.columns]
    assert len(found) > 10
    for table in found:
        rules = {name: using for name, _, _, using, _ in catalog.policies(superuser, table)}
        merchant_rights = catalog.rights(superuser, levels.role(table.schema, "merchant"), table)
        if merchant_rights:
            assert "couponry.merchant" in rules["wall_merchant"], table.full
        assert rules["wall_site"] == "true", table.full


def test_each_role_has_one_policy_and_none_says_or(superuser, schemas):
    for schema in [*schemas, "public", "master"]:
        for table in catalog.tables(superuser, schema):
            roles: list[str] = []
            for name, _, granted, using, check in catalog.policies(superuser, table):
                roles += granted
                assert "PUBLIC" not in {role.upper() for role in granted}, f"{name} on {table.full} is for everybody"
                assert not re.search(r"\b(OR|CASE)\b", using + check), f"{name} on {table.full} is slow: {using}"
            assert len(roles) == len(set(roles)), f"two policies for one role on {table.full}"


def test_tables_belong_to_the_owner_and_are_granted_to_nobody_in_general(superuser, schemas):
    for schema in [*schemas, "public", "master"]:
        for table in catalog.tables(superuser, schema):
            assert table.owner == levels.OWNER, table.full
            everybody = superuser.execute(
                "SELECT count(*) FROM information_schema.role_table_grants"
                " WHERE table_schema = %s AND table_name = %s AND grantee = 'PUBLIC'",
                [table.schema, table.name],
            ).fetchone()[0]
            assert everybody == 0, table.full


def test_every_public_table_but_djangos_is_walled(superuser, ada_site):
    for table in catalog.tables(superuser, "public"):
        if table.name == "django_migrations":
            continue
        assert table.rls, f"{table.full} has no wall"
        assert table.forced, f"{table.full} has no wall"


def test_only_listed_functions_run_with_other_rights(superuser, schemas):
    for schema, name in catalog.definer_functions(superuser):
        if schema == "public":
            assert name in PUBLIC_FUNCTIONS, name
        else:
            assert name in SITE_FUNCTIONS, name


def test_functions_of_others_rights_fix_their_search_path(superuser, ada_site):
    loose = superuser.execute(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND NOT EXISTS (SELECT 1 FROM unnest(coalesce(p.proconfig, '{}')) s WHERE s LIKE 'search_path=%%pg_temp')"
    ).fetchall()
    assert loose == []


def test_the_app_inherits_nothing_and_owns_nothing(superuser):
    inherits = superuser.execute(
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
        " WHERE r.rolname = %s AND m.inherit_option",
        [levels.APP],
    ).fetchone()[0]
    powers = superuser.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit FROM pg_roles WHERE rolname = %s",
        [levels.APP],
    ).fetchone()
    assert inherits == 0
    assert powers == (False, False, False, False, False)


def test_no_role_is_in_two_levels(superuser, schemas):
    for schema in schemas:
        for level in levels.SITE_LEVELS:
            groups = superuser.execute(
                "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
                " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s",
                [levels.role(schema, level)],
            ).fetchall()
            assert [name for (name,) in groups if name in levels.GROUPS] == [f"couponry_{level}"]


def test_nobody_may_make_temporary_tables(superuser, database):
    allowed = superuser.execute("SELECT has_database_privilege('couponry_app', current_database(), 'TEMP')").fetchone()[
        0
    ]
    assert allowed is False


def test_append_only_tables_refuse_everybody(superuser, ada_site):
    tables = superuser.execute(
        "SELECT DISTINCT n.nspname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = 'append_only'"
        " AND n.nspname IN ('public', %s)",
        [ada_site.schema_name],
    ).fetchall()
    assert {"accounts_auditevent", "merchants_customeredit"} <= {name for _, name in tables}
    for schema, name in tables:
        table = next(t for t in catalog.tables(superuser, schema) if t.name == name)
        for level in levels.SITE_LEVELS:
            if schema == "public":
                rights = catalog.rights(superuser, f"couponry_{level}", table)
            else:
                rights = catalog.rights(superuser, levels.role(schema, level), table)
            assert "TRUNCATE" not in rights
        truncates = superuser.execute(
            "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = %s AND t.tgname = 'append_only_truncate'",
            [schema, name],
        ).fetchone()[0]
        assert truncates == 1, name


def test_types_of_schema_are_closed_under_reverse_relations(db):
    """Deleting a row asks every model that points at it: it must exist in each kind of schema the row exists in."""
    from django.apps import apps
    from django.conf import settings

    for kind, spec in settings.TENANT_TYPES.items():
        labels = {config.label for config in apps.get_app_configs() if config.name in spec["APPS"]}
        for label in labels:
            for model in apps.get_app_config(label).get_models():
                for relation in model._meta.get_fields(include_hidden=True):
                    if relation.auto_created and relation.related_model and not relation.concrete:
                        assert relation.related_model._meta.app_label in labels, (kind, model, relation)
