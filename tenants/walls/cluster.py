"""Roles of a database cluster and rights of a database: run once, by its superuser, before anything else.

`couponry_owner` migrates and makes sites; only the provision process has its password. `couponry_app` is what
every other process connects as: it owns nothing, inherits nothing, and may only become the roles of the levels.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from tenants.walls.levels import APP, BANK, GROUPS, OWNER, PUBLIC_LEVELS

_CREATE = """
DO $$ BEGIN
  CREATE ROLE {role} {options};
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
"""

APP_SETTINGS = {
    "search_path": "pg_catalog",
    "TimeZone": "UTC",
    "lock_timeout": "5s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}


def create_roles(superuser: Any, *, owner_password: str, app_password: str) -> None:
    """Create the cluster's roles, or bring them to this state. Safe to repeat."""

    def run(text: str, **names: Any) -> None:
        superuser.execute(sql.SQL(text).format(**names))

    for name, options in (
        (OWNER, "LOGIN NOSUPERUSER CREATEDB CREATEROLE NOBYPASSRLS"),
        (APP, "LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"),
        *((group, "NOLOGIN") for group in (*GROUPS, BANK)),
    ):
        run(_CREATE, role=sql.Identifier(name), options=sql.SQL(options))
    for name, password in ((OWNER, owner_password), (APP, app_password)):
        run("ALTER ROLE {role} PASSWORD {password}", role=sql.Identifier(name), password=sql.Literal(password))
    run("ALTER ROLE {owner} SET createrole_self_grant = 'set, inherit'", owner=sql.Identifier(OWNER))
    for setting, value in APP_SETTINGS.items():
        run(
            "ALTER ROLE {app} SET {setting} = {value}",
            app=sql.Identifier(APP),
            setting=sql.Identifier(setting),
            value=sql.Literal(value),
        )
    for group in (*GROUPS, BANK):
        run(
            "GRANT {group} TO {owner} WITH ADMIN TRUE, INHERIT TRUE, SET TRUE",
            group=sql.Identifier(group),
            owner=sql.Identifier(OWNER),
        )
    for level in PUBLIC_LEVELS:
        run(
            "GRANT {group} TO {app} WITH INHERIT FALSE, SET TRUE",
            group=sql.Identifier(f"couponry_{level}"),
            app=sql.Identifier(APP),
        )


def create_database(superuser: Any, name: str) -> None:
    """Create the database `name`, owned by the owner role, where it does not exist."""
    if superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        superuser.execute(
            sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'").format(
                name=sql.Identifier(name), owner=sql.Identifier(OWNER)
            )
        )


def close_database(inside: Any, name: str) -> None:
    """Take from PUBLIC what PostgreSQL gives it in database `name`. `inside` is a superuser connection to it."""
    database, owner, app = sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(APP)
    for text in (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}",
        "ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO " + ", ".join((*GROUPS, BANK)),
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ):
        inside.execute(sql.SQL(text).format(database=database, owner=owner, app=app))
