"""No context, no data: each way into the code without a wall raises or finds nothing."""

from __future__ import annotations

import threading

import pytest
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from kernel.models import Job, OutboxEvent
from merchants import models as m
from tenants import files, tasks
from tenants.walls import WallError, current_site, wall
from tests import factories

EVERYTHING = [User, m.Merchant, m.Coupon, m.Customer, Job, OutboxEvent]


@pytest.fixture
def something(ada_site):
    with wall(ada_site, "site"):
        factories.make_batch(factories.make_merchant())
    return ada_site


@pytest.mark.parametrize("model", EVERYTHING, ids=lambda model: model.__name__)
def test_a_query_without_a_wall_fails(something, model):
    with pytest.raises(DatabaseError), transaction.atomic():
        list(model.objects.all()[:1])


def test_a_task_without_a_site_refuses_to_run(something):
    with pytest.raises(KeyError):
        tasks.deliver(event_id="00000000-0000-7000-8000-000000000000")


def test_a_thread_of_its_own_starts_behind_no_wall(something):
    found: list[object] = []

    def look() -> None:
        try:
            found.append(m.Coupon.objects.count())
        except DatabaseError as error:
            found.append(type(error))
        finally:
            connection.close()

    with wall(something, "site"):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert len(found) == 1
    assert isinstance(found[0], type)


def test_the_cache_refuses_without_a_site(something):
    with pytest.raises(WallError):
        cache.set("key", 1)
    with pytest.raises(WallError):
        current_site()


def test_the_cache_of_one_site_is_empty_on_another(ada_site, bob_site):
    with wall(ada_site, "site"):
        cache.set("key", "ada")

    with wall(bob_site, "site"):
        assert cache.get("key") is None
    with wall(ada_site, "site"):
        assert cache.get("key") == "ada"


def test_files_of_another_site_are_refused(ada_site, bob_site):
    name = files.store(ada_site.id, "logo.png", b"x")

    assert files.read(ada_site.id, name) == b"x"
    for stranger in (name, f"{bob_site.id.hex}/../{name}"):
        with pytest.raises(SuspiciousFileOperation):
            files.read(bob_site.id, stranger)
    with pytest.raises(SuspiciousFileOperation):
        files.name_for(ada_site.id, "..", "x")
