"""Fixtures of the ledger's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import cluster


@pytest.fixture
def race_site(race_db: None) -> Any:
    """Agent Ada's site, for tests that commit."""
    return cluster.site("ada")


@pytest.fixture
def race_master(race_db: None) -> Any:
    return cluster.site("master")


@pytest.fixture
def wide_pool(race_db: None) -> Iterator[None]:
    """A pool with a connection for each of 32 threads, so that all of them are in the database at once."""
    from django.db import connection

    pool = connection.settings_dict["OPTIONS"]["pool"]
    before = pool["max_size"]
    cluster.close_connections()
    pool["max_size"] = 40
    yield
    cluster.close_connections()
    pool["max_size"] = before
