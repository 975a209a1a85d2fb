"""Two workers, a dead one, and a run started twice: each owner has one document, and each number is given once."""

from __future__ import annotations

import datetime as dt

from accounts.actors import system
from agents.statements import locks
from agents.statements.models import Statement
from agents.statements.paper.press import Press
from agents.statements.services import making, runs
from kernel.models import OutboxEvent
from tenants.walls import wall
from tests import cluster
from tests.statements import world
from tests.threads import run_threads

JOB = system("test")
NOW = dt.datetime(2025, 7, 1, 3, tzinfo=dt.UTC)
COUNT = 12


def test_runs_and_makers_side_by_side_make_each_document_once(race_db, superuser, monkeypatch):
    site = cluster.site("ada")
    world.fill(superuser, site, merchants=COUNT, lines=3)
    monkeypatch.setattr(runs.months, "CATCH_UP", 1)

    def open_month(_number: int) -> int:
        with wall(site, "site"):
            return runs.open_due(actor=JOB, now=NOW)

    opened = run_threads(6, open_month)
    with Press(2) as press:

        def make(_number: int) -> int:
            taken = 0
            with wall(site, "site"):
                while found := making.make_next(limit=2, now=NOW, press=press):
                    taken += found
            return taken

        with wall(site, "site"):  # a worker that died with two in hand
            locks.claim_next(site.id, claim=site.id, limit=2, now=NOW - locks.STALE_AFTER * 2)
        taken = run_threads(3, make)

    with wall(site, "site"):
        found = Statement.objects.filter(level="merchant")
        assert sorted(opened) == [0, 0, 0, 0, 0, COUNT]
        assert sum(taken) == COUNT
        assert set(found.values_list("state", flat=True)) == {"ready"}
        assert sorted(found.values_list("number", flat=True)) == list(range(1, COUNT + 1))
        assert OutboxEvent.objects.filter(topic=making.READY).count() == COUNT
