"""The month's end of a site, or of the console: a row for each statement that is due, and the job that makes them.

Safe at any time and as often as one likes: a month that has its row gets no second one.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from agents.models import Agent
from agents.statements import locks
from agents.statements.choices import PREFIXES, Level, State
from agents.statements.models import Statement
from agents.statements.services import months
from kernel.models import Job
from kernel.services import jobs, outbox
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import current_site, wall

JOB = "statements"
DUE = "statements.due"

_TOP = "(SELECT coalesce(max(number), 0) FROM statements_statement WHERE site_id = %(site)s AND level = %(level)s)"
_ROW = (
    "INSERT INTO statements_statement (id, site_id, level, merchant_id, agent_id, owner_name, month, revision, reason,"
    " number, label, zone, starts_at, ends_at, state, error, file_en, file_ar, hash_en, hash_ar, created_at)"
)
# The number goes by the merchants' own, so that a list of a month reads like the list of merchants.
_MERCHANTS = f"""
WITH due AS (
    SELECT m.id, m.brand_name, m.number, coalesce(prior.ends_at, %(start)s) AS starts
    FROM merchants_merchant m
    LEFT JOIN statements_statement prior ON prior.site_id = %(site)s AND prior.merchant_id = m.id
        AND prior.month = %(before)s AND prior.revision = 1
    WHERE m.time_zone = %(zone)s AND m.created_at < %(end)s
      AND NOT EXISTS (SELECT 1 FROM statements_statement s
                      WHERE s.site_id = %(site)s AND s.merchant_id = m.id AND s.month = %(month)s)
      AND ((m.state <> 'archived' AND m.activated_at < %(end)s)
           OR EXISTS (SELECT 1 FROM credits_entry e WHERE e.merchant_id = m.id AND e.action <> ''
                      AND e.at >= coalesce(prior.ends_at, %(start)s) AND e.at < %(end)s))
), numbered AS (
    SELECT due.*, {_TOP} + row_number() OVER (ORDER BY due.number) AS given FROM due
)
{_ROW}
SELECT uuidv7(), %(site)s, %(level)s, id, NULL, brand_name, %(month)s, 1, '', given,
       %(prefix)s || to_char(%(month)s::date, '-YYYY-MM-') || lpad(given::text, 6, '0'), %(zone)s, starts, %(end)s,
       'queued', '', '', '', '', '', %(now)s
FROM numbered
"""  # noqa: S608 - constants of this module
_ZONES = "SELECT DISTINCT time_zone FROM merchants_merchant ORDER BY 1"


def run(*, actor: Actor, now: dt.datetime) -> int:
    """`open_due` by hand; from the console every site is asked as well, in its own time. Raises NotAllowed."""
    must(actor, "statement.run")
    site = current_site()
    with transaction.atomic():
        opened = open_due(actor=actor, now=now)
        audit.record("statement.run", site, actor=actor, now=now, after={"opened": opened})
        for other in sites.list_sites() if site.type == "master" else []:
            with wall(other, "site"):
                outbox.emit(DUE, site_id=other.id, now=now)
    return opened


def open_due(*, actor: Actor, now: dt.datetime) -> int:
    """Rows for every month that is over and has none, at level site or master; how many. Starts the job if needed."""
    site = current_site()
    opened = 0
    with transaction.atomic():
        if site.type == "master":
            opened = _open_platform(site, now)
        else:
            opened = _open_merchants(site, now) + _open_agent(site, now)
        ensure_job(actor=actor, now=now)
    return opened


def ensure_job(*, actor: Actor, now: dt.datetime) -> Job | None:
    """The job that makes what waits here, if anything does. In the caller's transaction."""
    site = current_site()
    waiting = Statement.objects.filter(site_id=site.id, state__in=[State.QUEUED, State.MAKING]).count()
    if not waiting:
        return None
    running = Job.objects.filter(site_id=site.id, kind=JOB, state__in=[Job.State.QUEUED, Job.State.RUNNING]).first()
    if running:
        return running
    return jobs.start(
        JOB, title=_("Monthly statements"), site_id=site.id, merchant_id=None, actor_id=actor.id, now=now, total=waiting
    )


def _open_merchants(site: Site, now: dt.datetime) -> int:
    opened = 0
    with connection.cursor() as cursor:
        cursor.execute(_ZONES)
        zones = [zone for (zone,) in cursor.fetchall()]
    for zone in zones:
        for month in months.over(zone, now):
            opened += _open_month(site, zone, month, now)
    return opened


def _open_month(site: Site, zone: str, month: dt.date, now: dt.datetime) -> int:
    start, end = months.period(month, zone)
    given: dict[str, Any] = {
        "site": site.id, "level": Level.MERCHANT.value, "zone": zone, "month": month, "start": start, "end": end,
        "before": months.before(month), "prefix": PREFIXES[Level.MERCHANT], "now": now,
    }  # fmt: skip
    locks.numbers(site.id, Level.MERCHANT)
    with connection.cursor() as cursor:
        cursor.execute(_MERCHANTS, given)
        return int(cursor.rowcount)


def _open_agent(site: Site, now: dt.datetime) -> int:
    agent = Agent.objects.only("id", "company", "created_at").filter(site_id=site.id).first()
    if agent is None:
        return 0  # the platform's own site
    return sum(
        _open_one(site, Level.AGENT, month, now, name=agent.company, agent_id=agent.id)
        for month in months.over(site.time_zone, now)
        if months.period(month, site.time_zone)[1] > agent.created_at
    )


def _open_platform(master: Site, now: dt.datetime) -> int:
    main = sites.main_site()
    return sum(
        _open_one(master, Level.PLATFORM, month, now, name=main.legal_name or main.name)
        for month in months.over(master.time_zone, now)
        if months.period(month, master.time_zone)[1] > master.created_at
    )


def _open_one(
    site: Site, level: Level, month: dt.date, now: dt.datetime, *, name: str, agent_id: uuid.UUID | None = None
) -> int:
    locks.numbers(site.id, level)
    own = Statement.objects.filter(site_id=site.id, level=level)
    if own.filter(month=month).exists():
        return 0
    start, end = months.period(month, site.time_zone)
    prior = own.filter(month=months.before(month), revision=1).first()
    number = next_number(site.id, level)
    Statement.objects.create(
        site_id=site.id, level=level, agent_id=agent_id, owner_name=name, month=month, number=number,
        label=label(level, month, number), zone=site.time_zone, starts_at=prior.ends_at if prior else start,
        ends_at=end, created_at=now,
    )  # fmt: skip
    return 1


def next_number(site_id: uuid.UUID, level: str) -> int:
    """The number after the last one. The caller holds `locks.numbers`."""
    last = Statement.objects.filter(site_id=site_id, level=level).order_by("-number").first()
    return last.number + 1 if last else 1


def label(level: str, month: dt.date, number: int) -> str:
    """What is printed: MS-2026-11-000001."""
    return f"{PREFIXES[Level(level)]}-{month:%Y-%m}-{number:06d}"
