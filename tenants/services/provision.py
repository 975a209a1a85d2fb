"""Making schemas. Runs only where the owner's rights are: the provision process, and migrations."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max
from psycopg import sql

from kernel.ids import uuid7
from tenants.models import Domain, Site
from tenants.walls.levels import APP, MASTER_ID, levels_of, role


def create_master(*, now: dt.datetime, domain: str, name: str) -> Site:
    """The console's schema and row. Safe to repeat."""
    return create_site(
        site_id=uuid.UUID(MASTER_ID), schema="master", site_type="master", kind=Site.Kind.MASTER,
        name=name, domain=domain, now=now,
    )  # fmt: skip


def create_site(
    *,
    kind: str,
    name: str,
    domain: str,
    now: dt.datetime,
    site_id: uuid.UUID | None = None,
    schema: str = "",
    site_type: str = "site",
    **brand: Any,
) -> Site:
    """A working site: roles, registry row, schema, tables, first domain. Safe to repeat after a crash.

    Takes about a second. The row is `ready` only at the end; until then the host answers 404.
    """
    site_id = site_id or uuid7()
    schema = schema or f"s{site_id.hex}"
    with transaction.atomic():
        site: Site
        site, made = Site.objects.get_or_create(
            id=site_id,
            defaults={
                "schema_name": schema, "type": site_type, "kind": kind, "name": name, "created_at": now,
                "number": (Site.objects.aggregate(top=Max("number"))["top"] or 1000) + 1, **brand,
            },
        )  # fmt: skip
        if made:
            Domain.objects.create(
                tenant=site, domain=domain, is_primary=True, state=Domain.State.ACTIVE, created_at=now, verified_at=now
            )
        _create_schema(site.schema_name, site_type)
    call_command("migrate_schemas", schema_name=site.schema_name, verbosity=0)
    Site.objects.filter(id=site.id).update(
        ready=True, state=Site.State.ACTIVE if site.state == Site.State.CREATING else site.state
    )
    site.refresh_from_db()
    return site


def _create_schema(schema: str, site_type: str) -> None:
    """The schema and its roles. The first level owns no table, but may use every one made from now on."""
    levels = levels_of(site_type)
    statements = []
    for level in levels:
        name = sql.Identifier(role(schema, level))
        statements += [
            sql.SQL(
                "DO $$ BEGIN CREATE ROLE {} NOLOGIN;"
                " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            ).format(name),
            sql.SQL("GRANT {} TO {} WITH INHERIT TRUE, SET FALSE").format(sql.Identifier(f"couponry_{level}"), name),
            sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(name, sql.Identifier(APP)),
        ]
    statements.append(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    for level in levels:
        statements.append(
            sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(
                sql.Identifier(schema), sql.Identifier(role(schema, level))
            )
        )
    full = sql.Identifier(role(schema, levels[0]))
    for what in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
        statements.append(
            sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT " + what + " TO {}").format(
                sql.Identifier(schema), full
            )
        )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
