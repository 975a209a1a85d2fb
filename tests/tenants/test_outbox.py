"""The outbox forgets what was done long ago, and nothing else."""

from __future__ import annotations

import datetime as dt

from kernel import clock
from kernel.ids import first_id, uuid7
from kernel.models import OutboxEvent
from kernel.services import outbox
from tenants.services import relay
from tenants.walls import wall
from tests import cluster


def test_only_what_was_done_long_ago_is_removed(db):
    now = clock.now()
    site = cluster.site("ada")
    with wall(site, "site"):
        rows = {name: outbox.emit("x", site_id=site.id, now=now) for name in ("old", "open", "new")}
        old = first_id(now - relay.DONE_KEPT - dt.timedelta(days=1))
        for step, name in enumerate(("old", "open")):
            OutboxEvent.objects.filter(id=rows[name].id).update(id=type(old)(int=old.int + step))
        OutboxEvent.objects.exclude(id=type(old)(int=old.int + 1)).update(done_at=now)

    removed = [relay.forget_done(now=now), relay.forget_done(now=now)]

    with wall(site, "site"):
        assert (removed, OutboxEvent.objects.count()) == ([1, 0], 2)
        assert not OutboxEvent.objects.filter(id=old).exists()


def test_ids_of_a_moment_are_not_smaller_than_its_first():
    before = clock.now()

    assert first_id(before) <= uuid7() < first_id(before + dt.timedelta(minutes=1))
