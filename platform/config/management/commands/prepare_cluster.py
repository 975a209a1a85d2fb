"""Roles and rights of a real PostgreSQL: once, with a superuser's URL, before `prepare`."""

from __future__ import annotations

from typing import Any

import environ
import psycopg
from django.core.management.base import BaseCommand, CommandError

from tenants.walls import cluster

SMALLEST_VERSION = 180_000  # older servers do not report search_path to poolers


class Command(BaseCommand):
    help = "Creates the database and its roles (SUPERUSER_DATABASE_URL, OWNER_DB_PASSWORD, APP_DB_PASSWORD)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        env = environ.Env()
        url, name = env("SUPERUSER_DATABASE_URL"), env("DATABASE_NAME", default="couponry")
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.info.server_version < SMALLEST_VERSION:
                raise CommandError("PostgreSQL 18 or newer is needed")
            cluster.create_roles(
                connection, owner_password=env("OWNER_DB_PASSWORD"), app_password=env("APP_DB_PASSWORD")
            )
            cluster.create_database(connection, name)
        with psycopg.connect(url, dbname=name, autocommit=True) as inside:
            cluster.close_database(inside, name)
        self.stdout.write("cluster ready")
