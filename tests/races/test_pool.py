"""Walls hold on a shared pool: threads switch sites with nested blocks, rollbacks and errors, and see no foreign row."""

from __future__ import annotations

import random
import threading

from django.db import DatabaseError, connection, transaction

from accounts.models import User
from tenants.walls import wall
from tests import cluster, factories

THREADS, ROUNDS = 8, 120


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
