"""A site that the console orders is made by the process with the owner's rights, and walled like any other."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.models import User
from kernel.models import OutboxEvent
from tenants import tasks
from tenants.models import Site
from tenants.services import sites as services
from tenants.walls import wall
from tests import cluster, factories
from tests.guards import catalog

RUN = "import django; django.setup(); from tenants.tasks import deliver_to_owner; deliver_to_owner(event_id='{id}')"


def test_an_ordered_site_is_made_with_all_its_walls(race_db, database, superuser):
    with wall(cluster.site("master"), "master"):
        site = services.order(slug="carol", name="Carol Offers", now=factories.NOW)
        event = OutboxEvent.objects.get(topic=services.TOPIC)
    environment = {
        **os.environ, "COUPONRY_PROCESS": "provision", "OWNER_DATABASE_URL": database.url(owner=True),
        "DATABASE_URL": database.url(),
    }  # fmt: skip

    for _ in range(2):  # the event may come twice
        done = subprocess.run(
            [sys.executable, "-c", RUN.format(id=event.id)], env=environment, capture_output=True, text=True,
            cwd=cluster.ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    with wall(cluster.site("master"), "master"):
        made = Site.objects.get(id=site.id)
        assert (made.ready, made.state) == (True, Site.State.ACTIVE)
    with wall(made, "site"):
        assert User.objects.count() == 0
        assert OutboxEvent.objects.filter(topic=tasks.SITE_READY).count() == 1
    walled = {table.name for table in catalog.tables(superuser, made.schema_name) if table.forced}
    like = {t.name for t in catalog.tables(superuser, cluster.site("ada").schema_name) if t.forced}
    assert walled == like
    assert len(walled) > 20
    superuser.execute(f'DROP SCHEMA "{made.schema_name}" CASCADE')
    for level in ("site", "merchant", "holder", "visitor"):
        superuser.execute(f'DROP OWNED BY "{made.schema_name}_{level}"')
        superuser.execute(f'DROP ROLE "{made.schema_name}_{level}"')


def test_a_worker_without_the_owners_rights_refuses(db):
    with pytest.raises(ImproperlyConfigured):
        tasks.deliver_to_owner(event_id="00000000-0000-7000-8000-000000000000")


def test_topics_of_the_provision_process_go_to_its_queue_only(master_site, monkeypatch):
    from tenants.services import relay

    sent = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **options: sent.append(("deliver", options["queue"])))
    monkeypatch.setattr(
        tasks.deliver_to_owner, "apply_async", lambda **options: sent.append(("deliver_to_owner", options["queue"]))
    )
    with wall(master_site, "master"):
        services.order(slug="dave", name="Dave", now=factories.NOW)
        OutboxEvent.objects.create(
            site_id=master_site.id, topic="merchant.activate", created_at=factories.NOW, due_at=factories.NOW
        )

    relay.drain(now=factories.NOW, send=tasks.send)

    assert sorted(sent) == [("deliver", "celery"), ("deliver_to_owner", "provision")]
