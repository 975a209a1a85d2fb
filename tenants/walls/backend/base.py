"""django-tenants' backend with role and settings beside the search path.

The connection remembers what is wanted (`wall`) and what was last applied (`_applied`). Before each cursor the two
are compared; one statement sets all four values when they differ. What was applied is forgotten whenever PostgreSQL
may have reverted it: rollback, savepoint rollback, close, reconnect. Errors of the statement are raised: going on
would run the query as the role before.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.asyncio import async_unsafe
from django_tenants.postgresql_backend import base
from psycopg.pq import TransactionStatus

SQL = (
    "SELECT set_config('search_path', %s, false), set_config('role', %s, false),"
    " set_config('couponry.merchant', %s, false), set_config('couponry.proof', %s, false)"
)
CLOSED = ("pg_catalog", "none", "", "")


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.wall: Any = None
        self._applied: tuple[str, ...] | None = None
        self.wall_sets = 0  # how often the statement was sent, for tests and benchmarks
        super().__init__(*args, **kwargs)

    def enter_wall(self, wall: Any, tenant: Any, schema: str) -> None:
        """Note what is wanted; nothing is sent until the next query."""
        self.wall, self.tenant, self.schema_name = wall, tenant, schema

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: FBT001, FBT002 - Django's signature
        # As stock, without clearing the content type cache: ours is split by schema (tenants.apps).
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.set_settings_schema(self.schema_name)

    def get_new_connection(self, conn_params: Any) -> Any:
        self._applied = None
        return super().get_new_connection(conn_params)

    def close(self) -> None:
        self._applied = None
        super().close()

    @async_unsafe
    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._applied = None

    @async_unsafe
    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self._applied = None

    def _wanted(self) -> tuple[str, ...]:
        if self.wall is not None:
            return tuple(self.wall.settings())
        if settings.OWNER_PROCESS:
            path = ", ".join(f'"{name}"' for name in self._get_cursor_search_paths())
            return (path, "none", "", "")
        return CLOSED

    def _handle_search_path(self, cursor: Any = None) -> None:
        """Called by django-tenants for every cursor."""
        wanted = self._wanted()
        if self._applied == wanted:
            return
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            self._applied = None  # only a rollback can run now
            return
        self._applied = None
        with self.wrap_database_errors, self.connection.cursor() as raw:
            raw.execute(SQL, wanted)
        self._applied = wanted
        self.wall_sets += 1
