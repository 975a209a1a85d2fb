"""Migrating many schemas: the complete ones are found by one query and skipped.

django-tenants' own executors start Django's migration planner once per schema, which costs about 0.1 s each.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.migration_executors.base import MigrationExecutor, run_migrations


def _incomplete(schemas: list[str]) -> list[str]:
    """Those of `schemas` that lack a migration which the code has."""
    wanted = [f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations]
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations'")
        present = {name for (name,) in cursor.fetchall()}
        counts: dict[str, int] = {}
        known = [schema for schema in schemas if schema in present]
        if known:
            parts = " UNION ALL ".join(
                f"SELECT '{schema}', count(DISTINCT app || '.' || name) FROM \"{schema}\".django_migrations"
                " WHERE app || '.' || name = ANY(%s)"
                for schema in known
            )
            cursor.execute(parts, [wanted] * len(known))
            counts = dict(cursor.fetchall())
        # A site that was ordered and is not made yet has a row and no schema: the provision process makes it.
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", [schemas])
        there = {name for (name,) in cursor.fetchall()}
    return [schema for schema in schemas if schema in there and counts.get(schema, 0) < len(wanted)]


class SkippingExecutor(MigrationExecutor):
    codename = "skipping"

    def run_migrations(self, tenants: list[Any] | None = None) -> None:
        pending = [str(tenant) for tenant in tenants or ()]
        if self.PUBLIC_SCHEMA_NAME in pending:
            run_migrations(self.args, self.options, self.codename, self.PUBLIC_SCHEMA_NAME)
            pending.remove(self.PUBLIC_SCHEMA_NAME)
        todo = _incomplete(pending)
        for position, schema in enumerate(todo):
            run_migrations(self.args, self.options, self.codename, schema, idx=position, count=len(todo))

    def run_multi_type_migrations(self, tenants: list[tuple[str, str]]) -> None:
        todo = set(_incomplete([schema for schema, _ in tenants]))
        chosen = [pair for pair in tenants if pair[0] in todo]
        for position, (schema, kind) in enumerate(chosen):
            run_migrations(
                self.args, self.options, self.codename, schema, tenant_type=kind, idx=position, count=len(chosen)
            )


def get_executor(codename: str | None = None) -> type[MigrationExecutor]:
    """What settings.GET_EXECUTOR_FUNCTION names."""
    return SkippingExecutor
