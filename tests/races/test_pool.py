"""Walls hold on a shared pool: threads switch sites with nested blocks, rollbacks and errors, and see no foreign row."""

from __future__ import annotations

import asyncio
import random
import threading
import time

import pytest
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.testing import WebsocketCommunicator
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from tenants.walls import WallError, wall
from tests import cluster, factories

THREADS, ROUNDS = 8, 1500


def test_no_thread_sees_a_row_of_another_site(race_db, settings):
    sites = [cluster.site("ada"), cluster.site("bob"), cluster.site("main")]
    names = {}
    for site in sites:
        with wall(site, "site"):
            names[site.id] = {factories.make_user(f"{site.name} {n}").name for n in range(3)}
    bad: list[str] = []
    seen = [0] * THREADS

    def look(site, random_):
        with wall(site, "site"):
            found = set(User.objects.values_list("name", flat=True))
            if found != names[site.id]:
                bad.append(f"{site.name}: {found}")
            return len(found)

    def work(number):
        random_ = random.Random(number)
        for _ in range(ROUNDS):
            outer, inner = random_.sample(sites, 2)
            action = random_.choice(["plain", "nested", "rollback", "savepoint", "error", "close"])
            try:
                with wall(outer, "site"):
                    if action == "plain":
                        look(outer, random_)
                    elif action == "error":
                        with connection.cursor() as cursor:
                            cursor.execute("SELECT 1/0")
                    elif action == "close":
                        look(inner, random_)
                        connection.close()
                    else:
                        with transaction.atomic():
                            look(inner, random_)
                            if action == "savepoint":
                                try:
                                    with transaction.atomic():
                                        look(inner, random_)
                                        raise ValueError
                                except ValueError:
                                    pass
                            if action == "rollback":
                                raise ValueError
                    seen[number] += look(outer, random_)
            except (ValueError, DatabaseError):
                seen[number] += look(inner, random_)
            if connection.wall is not None:
                bad.append("a wall was left open")
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert bad == []
    assert seen == [ROUNDS * 3] * THREADS


class Asking(AsyncJsonWebsocketConsumer):
    """What a consumer of ours does: it keeps an id, and opens the wall in the function that asks."""

    async def connect(self):
        self.site = self.scope["path"].strip("/")
        await self.accept()

    async def receive_json(self, content, **_):
        await self.send_json(await database_sync_to_async(names_on)(self.site))


def names_on(site_name, pause=0.0):
    site = cluster.site(site_name)
    with wall(site, "site"), transaction.atomic():
        first = sorted(User.objects.values_list("name", flat=True))
        time.sleep(pause)  # the others take their turns meanwhile; the two looks must still agree
        assert first == sorted(User.objects.values_list("name", flat=True))
    assert connection.wall is None
    return first


def test_coroutines_and_consumers_that_take_turns_see_their_own_site_only(race_db):
    expected = {}
    for name in ("ada", "bob", "main"):
        with wall(cluster.site(name), "site"):
            expected[name] = sorted(factories.make_user(f"{name} {n}").name for n in range(3))
    connection.close()
    bad, seen = [], []

    def note(name, found):
        seen.append(name)
        if found != expected[name]:
            bad.append((name, found))

    async def hop(number):
        random_ = random.Random(number)
        for _ in range(60):
            name = random_.choice(list(expected))
            asked = database_sync_to_async(names_on, thread_sensitive=False)(name, random_.random() / 200)
            try:
                note(name, await asyncio.wait_for(asked, random_.choice([0.001, 5])))
            except TimeoutError:
                continue

    async def talk(name):
        socket = WebsocketCommunicator(Asking.as_asgi(), f"/{name}/")
        await socket.connect()
        for _ in range(60):
            await socket.send_json_to({})
            note(name, await socket.receive_json_from(timeout=20))
        await socket.disconnect()

    async def everything():
        await asyncio.gather(*map(hop, range(8)), *map(talk, expected), *map(talk, expected))

    asyncio.run(everything())

    assert bad == []
    assert set(seen) == set(expected)
    assert len(seen) > 400


def test_a_coroutine_cannot_open_a_wall(race_db):
    site = cluster.site("ada")

    async def careless():
        with wall(site, "site"):
            return 1

    with pytest.raises(WallError):
        asyncio.run(careless())
