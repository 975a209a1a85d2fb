"""The wall itself: what it lets through, and that nothing survives it."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from tenants.walls import WallError, registry, wall

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def make_user(name: str) -> User:
    return User.objects.create_user(f"{name}@example.com", name=name, created_at=NOW)


def test_without_a_wall_there_is_no_data(db):
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.count()


def test_people_of_one_site_are_unknown_on_another(ada_site, bob_site):
    with wall(ada_site, "site"):
        make_user("carol")

    with wall(bob_site, "site"):
        assert not User.objects.filter(email="carol@example.com").exists()
    with wall(ada_site, "site"):
        assert User.objects.filter(email="carol@example.com").exists()


def test_a_site_cannot_name_another_sites_table(ada_site, bob_site):
    with wall(bob_site, "site"):
        make_user("dan")

    with wall(ada_site, "site"), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{bob_site.schema_name}".accounts_user')


def test_a_visitor_sees_no_user(ada_site):
    with wall(ada_site, "site"):
        make_user("eve")

    with wall(ada_site, "visitor"), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        User.objects.count()


def test_a_row_read_in_one_site_is_not_saved_in_another(ada_site, bob_site):
    with wall(ada_site, "site"):
        user = make_user("fay")

    with wall(bob_site, "site"), pytest.raises(WallError):
        user.save()


def test_rollback_reapplies_the_wall(ada_site, bob_site):
    with wall(ada_site, "site"):
        make_user("gus")
        with pytest.raises(RuntimeError), transaction.atomic():
            with wall(bob_site, "site"):
                assert User.objects.count() == 0
            raise RuntimeError
        assert User.objects.filter(email="gus@example.com").exists()


def test_a_level_that_the_site_lacks_is_refused(ada_site, master_site):
    with pytest.raises(WallError), wall(ada_site, "master"):
        pass
    with pytest.raises(WallError), wall(master_site, "visitor"):
        pass
    with pytest.raises(WallError), wall(ada_site, "merchant"):
        pass


def test_a_wall_in_a_coroutine_is_refused(ada_site):
    async def open_one() -> None:
        with wall(ada_site, "site"):
            pass

    with pytest.raises(WallError):
        asyncio.run(open_one())


def test_the_registry_sees_sites_and_nothing_else(db):
    from tenants.models import Domain

    with registry():
        assert Domain.objects.filter(domain="ada.localhost").exists()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE tenants_domain SET domain = 'x'")
