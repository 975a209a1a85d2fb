"""What the database itself says about tables, policies, rights and functions. Guards read the catalog, not the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    schema: str
    name: str
    owner: str
    rls: bool
    forced: bool
    columns: frozenset[str]

    @property
    def full(self) -> str:
        return f'"{self.schema}"."{self.name}"'


def tables(connection: Any, schema: str) -> list[Table]:
    rows = connection.execute(
        """
        SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
               array_agg(a.attname::text)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = %s AND c.relkind IN ('r', 'p') GROUP BY 1, 2, 3, 4, 5 ORDER BY 2
        """,
        [schema],
    ).fetchall()
    return [Table(*row[:5], frozenset(row[5])) for row in rows]


def policies(connection: Any, table: Table) -> list[tuple[str, str, list[str], str, str]]:
    """(name, command, roles, using, check) of each policy."""
    return connection.execute(
        "SELECT policyname, cmd, roles::text[], coalesce(qual, ''), coalesce(with_check, '')"
        " FROM pg_policies WHERE schemaname = %s AND tablename = %s",
        [table.schema, table.name],
    ).fetchall()


def rights(connection: Any, role: str, table: Table) -> set[str]:
    """What `role` may do to `table`, whether to all of it or to some columns."""
    found = set()
    for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        whole = connection.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table.full, right]).fetchone()[0]
        some = right not in {"DELETE", "TRUNCATE"} and connection.execute(
            "SELECT has_any_column_privilege(%s, %s, %s)", [role, table.full, right]
        ).fetchone()[0]
        if whole or some:
            found.add(right)
    return found


def definer_functions(connection: Any) -> set[tuple[str, str]]:
    """(schema, name) of every SECURITY DEFINER function that is not PostgreSQL's own."""
    return set(
        connection.execute(
            "SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
    )
