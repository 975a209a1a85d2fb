"""What statements say, against the raw entries of the ledger counted by other means."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest

from accounts.actors import system
from agents.statements import registry
from agents.statements.models import Statement
from agents.statements.queries import proof
from agents.statements.services import making, months, runs
from tenants.walls import wall
from tests import cluster
from tests.statements import world

JOB = system("test")
COUNT, LINES = 200, 24


@pytest.fixture
def year(race_db, superuser):
    """A site with a year of entries and a row for each merchant and month of it; nothing is made yet."""
    site = cluster.site("ada")
    world.fill(superuser, site, merchants=COUNT, lines=LINES)
    with wall(site, "site"):
        for quarter in (4, 7, 10, 13):
            now = dt.datetime(2025 + quarter // 13, quarter % 12, 1, 1, tzinfo=dt.UTC)
            runs.open_due(actor=JOB, now=now)
    return site


def month_of(at: dt.datetime, zone: str) -> dt.date:
    return at.astimezone(ZoneInfo(zone)).date().replace(day=1)


def test_two_hundred_merchants_over_a_year_agree_with_the_raw_entries(year, superuser):
    raw = superuser.execute(
        "SELECT merchant_id, account_id::text, at, amount FROM credits_entry WHERE merchant_id IS NOT NULL"
        " ORDER BY account_id, version"
    ).fetchall()
    moved, lines = defaultdict(int), defaultdict(list)
    with wall(year, "site"):
        statements = list(Statement.objects.filter(level="merchant").order_by("month"))
        zones = {statement.merchant_id: statement.zone for statement in statements}
        for merchant_id, account, at, amount in raw:
            moved[account, month_of(at, zones[merchant_id])] += amount
            lines[account, month_of(at, zones[merchant_id])].append(amount)
        sections = built(statements)

    assert len(statements) >= COUNT * 12
    first = min(statement.month for statement in statements)
    running: dict[str, int] = defaultdict(int)
    for (account, month), amount in moved.items():
        running[account] += amount if month < first else 0
    for statement in statements:
        (wallets,) = [section for section in sections[statement.id] if section.code == "wallets"]
        assert len(wallets.balances) == 3
        for balance, table in zip(wallets.balances, wallets.tables, strict=True):
            key = (balance.account, statement.month)
            assert balance.opening == running[balance.account]
            assert balance.moved == moved[key]
            assert [row[2] for row in table.rows[1:]] == lines[key]
            assert [row[3] for row in table.rows[1:]][-1:] == [balance.closing][: len(lines[key])]
            running[balance.account] += moved[key]
            assert balance.closing == running[balance.account]


def built(statements):
    found = {}
    for month in sorted({statement.month for statement in statements}):
        own = [statement for statement in statements if statement.month == month]
        owners = [making.owner_of(statement) for statement in own]
        sections = registry.build_all("merchant", owners)
        found |= {statement.id: sections[owner.id] for statement, owner in zip(own, owners, strict=True)}
        assert proof.differences(own, found) == {}
    return found


def test_an_entry_belongs_to_the_month_of_its_owners_calendar(year):
    with wall(year, "site"):
        riyadh, utc = (
            Statement.objects.filter(level="merchant", zone=zone, month=dt.date(2025, 5, 1)).first()
            for zone in ("Asia/Riyadh", "UTC")
        )

    assert riyadh.starts_at == dt.datetime(2025, 4, 30, 21, tzinfo=dt.UTC)
    assert riyadh.ends_at == dt.datetime(2025, 5, 31, 21, tzinfo=dt.UTC)
    assert utc.starts_at == dt.datetime(2025, 5, 1, tzinfo=dt.UTC)
    assert utc.ends_at == dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


def test_a_month_is_over_half_an_hour_after_its_last_moment_where_the_owner_is():
    just_over = dt.datetime(2025, 5, 31, 21, 30, tzinfo=dt.UTC)

    assert months.over("Asia/Riyadh", just_over)[-1] == dt.date(2025, 5, 1)
    assert months.over("Asia/Riyadh", just_over - dt.timedelta(seconds=1))[-1] == dt.date(2025, 4, 1)
    assert months.over("UTC", just_over)[-1] == dt.date(2025, 4, 1)


def test_numbers_run_without_a_gap_and_a_second_run_adds_nothing(year):
    now = dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)

    with wall(year, "site"):
        before = sorted(Statement.objects.filter(level="merchant").values_list("number", flat=True))
        again = runs.open_due(actor=JOB, now=now)

    assert before == list(range(1, len(before) + 1))
    assert again == 0
