"""Holds the balances of statements against the ledger's raw entries, counted in another way than the sections do.

A section reads the balance that stands beside the last line before a moment; the proof adds up every entry from the
first on. For wallets taken together it is the other way round.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection

from agents.statements.choices import Level, State
from agents.statements.errors import DoesNotTie
from agents.statements.models import Statement
from agents.statements.registry import Balance, Section

_WALLETS = """
SELECT w.account::text, w.starts,
       coalesce(sum(e.amount) FILTER (WHERE e.at < w.starts), 0)::bigint, coalesce(sum(e.amount), 0)::bigint
FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS w (account, starts, ends)
LEFT JOIN credits_entry e ON e.account_id = w.account AND e.action <> '' AND e.at < w.ends
GROUP BY 1, 2
"""
_TOGETHER = """
SELECT a.owner_type || ':' || a.unit, coalesce(sum(first.balance_after), 0)::bigint,
       coalesce(sum(last.balance_after), 0)::bigint
FROM credits_account a
LEFT JOIN LATERAL (SELECT e.balance_after FROM credits_entry e WHERE e.account_id = a.id AND e.action <> ''
                   AND e.at < %s ORDER BY e.at DESC, e.version DESC LIMIT 1) first ON true
LEFT JOIN LATERAL (SELECT e.balance_after FROM credits_entry e WHERE e.account_id = a.id AND e.action <> ''
                   AND e.at < %s ORDER BY e.at DESC, e.version DESC LIMIT 1) last ON true
WHERE a.kind = 'wallet' GROUP BY 1
"""


def differences(
    statements: Sequence[Statement], sections: Mapping[uuid.UUID, list[Section]]
) -> dict[uuid.UUID, DoesNotTie]:
    """Which of these statements do not tie, and where, by statement id."""
    wanted = [(statement, balance) for statement in statements for balance in _balances(sections[statement.id])]
    counted = _count(wanted)
    before = _closings_before(statements)
    found: dict[uuid.UUID, DoesNotTie] = {}
    for statement, balance in wanted:
        truth = counted.get((statement.id, balance.account))
        earlier = before.get(statement.id, {}).get(balance.unit + balance.account)
        reason = _differs(balance, truth, earlier)
        if reason:
            found[statement.id] = DoesNotTie(unit=balance.unit, what=reason)
    return found


def _balances(sections: Iterable[Section]) -> list[Balance]:
    return [balance for section in sections for balance in section.balances]


def _differs(balance: Balance, truth: tuple[int, int] | None, earlier: int | None) -> str:
    if truth is None or balance.opening != truth[0]:
        return "opening"
    if balance.closing != truth[1]:
        return "closing"
    if balance.opening + balance.moved != balance.closing:
        return "lines"
    if earlier is not None and earlier != balance.opening:
        return "closing of the month before"
    return ""


def _count(wanted: list[tuple[Statement, Balance]]) -> dict[tuple[uuid.UUID, str], tuple[int, int]]:
    single = [(statement, balance) for statement, balance in wanted if statement.level != Level.PLATFORM]
    found: dict[tuple[uuid.UUID, str], tuple[int, int]] = {}
    with connection.cursor() as cursor:
        if single:
            cursor.execute(
                _WALLETS,
                [[b.account for _s, b in single], [s.starts_at for s, _b in single], [s.ends_at for s, _b in single]],
            )
            sums = {(account, starts): (first, last) for account, starts, first, last in cursor.fetchall()}
            found = {(s.id, b.account): sums[(b.account, s.starts_at)] for s, b in single}
        for statement in {s.id: s for s, _b in wanted if s.level == Level.PLATFORM}.values():
            cursor.execute(_TOGETHER, [statement.starts_at, statement.ends_at])
            found |= {(statement.id, name): (first, last) for name, first, last in cursor.fetchall()}
    return found


def _closings_before(statements: Sequence[Statement]) -> dict[uuid.UUID, dict[str, int]]:
    """What the statement of the period that ended where this one begins says at its end, by unit and account."""
    if not statements:
        return {}
    earlier = Statement.objects.filter(
        state=State.READY, level__in={s.level for s in statements}, site_id__in={s.site_id for s in statements},
        ends_at__in={s.starts_at for s in statements},
    ).order_by("revision")  # fmt: skip
    if statements[0].level == Level.MERCHANT:
        earlier = earlier.filter(merchant_id__in=[s.merchant_id for s in statements])
    by_owner = {(s.merchant_id, s.agent_id, s.ends_at): s.figures or {} for s in earlier}
    found = {}
    for statement in statements:
        figures = by_owner.get((statement.merchant_id, statement.agent_id, statement.starts_at))
        if figures:
            balances = [balance for section in figures["sections"] for balance in section["balances"]]
            found[statement.id] = {balance["unit"] + balance["account"]: balance["closing"] for balance in balances}
    return found
