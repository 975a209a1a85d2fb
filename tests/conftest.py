"""One embedded cluster, one template database, and a copy of it per worker.

Tests run as `couponry_app`; the suite stops when it finds itself a superuser. A plain `db` test runs in a transaction
that is rolled back. A test with threads or commits asks for `race_db`: no transaction, and a fresh copy of the
template afterwards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as examples
from xdist.scheduler import LoadScopeScheduling

from tests import cluster

# How long an example takes says how slow the machine is.
examples.register_profile("any machine", deadline=None)
examples.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and (marker.kwargs.get("transaction") or marker.args):
            raise pytest.UsageError(f"{item.nodeid}: transaction=True cleans nothing behind walls; ask for race_db")


class JourneysTogether(LoadScopeScheduling):
    """One test at a time to whichever worker is free; the journeys, which share one running platform, to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if nodeid.startswith("tests/journeys/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> JourneysTogether:
    return JourneysTogether(config, log)


@pytest.fixture(scope="session")
def database(worker_id: str) -> Iterator[cluster.TestDatabase]:
    """This worker's own copy of the template."""
    own = cluster.TestDatabase(worker_id)
    own.recreate()
    yield own
    own.drop()


@pytest.fixture(scope="session")
def django_db_setup(database: cluster.TestDatabase, django_db_blocker: Any) -> Iterator[None]:
    """Instead of pytest-django's: point the connection at the copy, and refuse to run as anybody powerful."""
    from django.db import connection

    with django_db_blocker.unblock():
        cluster.point_at(database.name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, session_user, rolsuper OR rolbypassrls,"
                " EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid)"
                " FROM pg_roles WHERE rolname = session_user"
            )
            current, session, powerful, owns = cursor.fetchone()
        if powerful or owns or "couponry_app" not in {current, session}:
            pytest.exit(f"the tests run as {session}, which the walls do not hold", returncode=3)
    yield
    with django_db_blocker.unblock():
        cluster.close_connections()


@pytest.fixture(autouse=True)
def _walls_are_closed() -> Iterator[None]:
    """A test that leaves a wall open fails; caches of this process are emptied."""
    from django.db import connection

    from tenants.queries import sites

    connection.wall, connection._applied = None, None
    sites.forget()
    yield
    left = connection.wall
    connection.wall, connection._applied = None, None
    assert left is None, f"a wall was left open: {left}"


@pytest.fixture
def race_db(database: cluster.TestDatabase, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Commits and threads: the test works on the copy itself, which is made anew afterwards."""
    with django_db_blocker.unblock():
        yield
        cluster.close_connections()
        database.recreate()


@pytest.fixture
def superuser(database: cluster.TestDatabase) -> Iterator[Any]:
    """Around all walls, in autocommit: only to prove what a wall hides, and never to make a test pass."""
    with database.superuser() as connection:
        yield connection


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    yield
    cluster.flush_valkey()


@pytest.fixture
def no_valkey(settings: Any) -> None:
    """Nobody answers where Valkey was: neither the counters nor the cache."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": settings.REDIS_URL}}


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still: however slow the machine, no token of a limit comes back between two requests."""
    from kernel import clock

    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def ada_site(db: None) -> Any:
    """The site of Agent Ada."""
    return cluster.site("ada")


@pytest.fixture
def bob_site(db: None) -> Any:
    """The site of another agent, Bob: whoever is of Ada's site must see nothing here."""
    return cluster.site("bob")


@pytest.fixture
def main_site(db: None) -> Any:
    """The platform's own site."""
    return cluster.site("main")


@pytest.fixture
def master_site(db: None) -> Any:
    """The console."""
    return cluster.site("master")


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Run with these environment variables."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium. It must be there: bin/test installs it.

    One at a time and for one module only: while Playwright lives, an event loop runs in this thread, and behind it no
    wall opens.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        yield browser
        browser.close()
