"""Files in an object store: the same functions, over HTTP to a server that speaks S3."""

from __future__ import annotations

import io
import uuid

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from config.management.commands.prepare import _ensure_bucket
from config.settings.storage import store_of
from tenants import files
from tests import cluster

SITE, OTHER = uuid.uuid4(), uuid.uuid4()


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer("127.0.0.1", cluster.own_port(), verbose=False)
    server.start()
    yield f"http://coup%2Bonry:a%20secret@127.0.0.1:{server._port}/coupons"
    server.stop()


@pytest.fixture
def store(server, settings):
    settings.OBJECT_STORE_URL = server
    settings.STORAGES = {**settings.STORAGES, "default": store_of(server)}
    _ensure_bucket()


def test_what_is_stored_comes_back(store):
    name = files.store(SITE, "logos/a.png", b"picture")
    large = files.store_file(SITE, "exports/b.zip", io.BytesIO(b"z" * 9_000_000))

    assert name == f"{SITE.hex}/logos/a.png"
    assert files.read(SITE, name) == b"picture"
    assert files.exists(name)
    with files.open_stored(SITE, large) as handle:
        assert len(handle.read()) == 9_000_000


def test_a_name_is_never_written_over(store):
    first, second = (files.store(SITE, "logos/same.png", data) for data in (b"one", b"two"))

    assert first != second
    assert (files.read(SITE, first), files.read(SITE, second)) == (b"one", b"two")


def test_another_sites_file_and_a_missing_one_are_refused(store):
    name = files.store(OTHER, "logos/a.png", b"theirs")

    with pytest.raises(SuspiciousFileOperation):
        files.read(SITE, name)
    with pytest.raises(FileNotFoundError):
        files.read(SITE, f"{SITE.hex}/logos/none.png")


def test_the_bucket_is_made_once(store):
    name = files.store(SITE, "logos/kept.png", b"kept")

    _ensure_bucket()

    assert files.read(SITE, name) == b"kept"


def test_a_store_that_is_silent_is_not_waited_for(store):
    asked = default_storage.connection.meta.client.meta.config

    assert (asked.connect_timeout, asked.read_timeout, asked.retries["total_max_attempts"]) == (3, 10, 2)
    assert asked.s3["addressing_style"] == "path"


def test_without_an_address_files_lie_in_a_folder():
    assert store_of("")["BACKEND"].endswith("FileSystemStorage")
