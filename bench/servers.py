"""A database for a measure: a copy of the tests' template on a cluster that flushes to disk, behind the same walls."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("COUPONRY_TEST_HOME", str(Path(__file__).resolve().parent.parent / ".var" / "bench"))
os.environ["COUPONRY_TEST_DURABLE"] = "1"

from tests import cluster


class Database:
    """The copy, and the sites in it."""

    def __init__(self, own: cluster.TestDatabase) -> None:
        self.own = own

    def site(self, name: str) -> Any:
        return cluster.site(name)

    def superuser(self) -> Any:
        return self.own.superuser()

    @property
    def url(self) -> str:
        return self.own.url()


_prepared = False


@contextmanager
def database() -> Iterator[Database]:
    """A fresh copy; Django in this process is pointed at it and set up once."""
    global _prepared
    if not _prepared:
        cluster.prepare_environment()
        import django

        django.setup()
        from django.conf import settings

        settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="couponry-bench-")
        _prepared = True
    own = cluster.TestDatabase(f"bench{os.getpid()}")
    own.recreate()
    cluster.point_at(own.name)
    try:
        yield Database(own)
    finally:
        cluster.close_connections()
        own.drop()


def clean() -> None:
    """Remove the files the measures stored."""
    from django.conf import settings

    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
