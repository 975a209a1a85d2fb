"""The walls: schema per site, database role per level, row-level security per merchant.

`wall(site, level, merchant=…)` is the only way to see data. It notes what is wanted on the connection; the backend
applies it before the next query when it differs from what is applied. Without a wall there is no data.

Rules: wall outside, transaction inside; pass ids between threads and open the wall where the query runs; evaluate
querysets inside the wall they belong to.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tenants.walls.levels import PUBLIC_LEVELS, levels_of, role

__all__ = ["Wall", "WallError", "current_site", "current_wall", "registry", "relay", "wall"]


class WallError(RuntimeError):
    """The code asked for a wall that makes no sense, or for data without one."""


@dataclass(frozen=True, slots=True)
class Wall:
    """What is wanted of the connection: a search path, a role and the two settings policies compare with."""

    search_path: str
    role: str
    merchant: str = ""
    proof: str = ""
    level: str = ""
    site_id: uuid.UUID | None = None

    def settings(self) -> tuple[str, str, str, str]:
        return (self.search_path, self.role, self.merchant, self.proof)


@contextmanager
def wall(site: Any, level: str, *, merchant: uuid.UUID | None = None, proof: uuid.UUID | None = None) -> Iterator[None]:
    """Run the block as `level` of `site` (a tenants.Site). `merchant` for level merchant, `proof` for holder.

    Raises WallError inside a coroutine, for a level the site's type does not have, and for a missing or superfluous
    merchant or proof.
    """
    if level not in levels_of(site.type):
        raise WallError(f"level {level!r} does not exist in a schema of type {site.type!r}")
    if (merchant is not None) != (level == "merchant") or (proof is not None) != (level == "holder"):
        raise WallError(f"level {level!r}: merchant goes with level merchant, proof with level holder")
    wanted = Wall(
        search_path=f'"{site.schema_name}", public',
        role=role(site.schema_name, level),
        merchant=str(merchant or ""),
        proof=str(proof or ""),
        level=level,
        site_id=site.id,
    )
    with _opened(wanted, site, site.schema_name):
        yield


@contextmanager
def registry() -> Iterator[None]:
    """Run the block with the right to read sites and domains, and nothing else."""
    with _opened(Wall("public", role("public", "registry"), level="registry"), None, "public"):
        yield


@contextmanager
def relay() -> Iterator[None]:
    """Run the block with the right to drain the outbox and see which sites exist, and nothing else."""
    with _opened(Wall("public", role("public", "relay"), level="relay"), None, "public"):
        yield


def current_wall() -> Wall | None:
    """The wall in force, if any."""
    return getattr(connection, "wall", None)


def current_site() -> Any:
    """The site of the wall in force. Raises WallError where there is none."""
    found = getattr(connection, "wall", None)
    if found is None or found.level in PUBLIC_LEVELS:
        raise WallError("no site: open a wall first")
    return connection.tenant  # type: ignore[attr-defined]


@contextmanager
def _opened(wanted: Wall, tenant: Any, schema: str) -> Iterator[None]:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        raise WallError("a wall cannot be opened in a coroutine: pass ids and open it in the function that queries")
    before = (connection.wall, connection.tenant, connection.schema_name)  # type: ignore[attr-defined]
    connection.enter_wall(wanted, tenant, schema)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.enter_wall(*before)  # type: ignore[attr-defined]
