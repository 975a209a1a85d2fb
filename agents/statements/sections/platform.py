"""The platform's month: what agents paid, its own shop, where from, and the whole ledger."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from agents.statements.registry import Balance, Column, Figure, Owner, Section, Table, Words, both, same
from agents.statements.sections.sql import rows
from credits.choices import Action, CreditUnit, OwnerType
from tenants.queries import lists, sites
from tenants.walls import wall

TOP = 10

# Revenue is what purchases brought the platform's side of the ledger: agents' costs, less what went back.
_REVENUE = """
SELECT e.unit, e.site_id, coalesce(c.country, ''), sum(e.amount)::bigint
FROM period p
JOIN credits_entry e ON e.at >= p.starts AND e.at < p.ends
JOIN credits_account a ON a.id = e.account_id AND a.kind = 'revenue'
JOIN credits_transfer t ON t.id = e.transfer_id AND t.related_type = 'purchase'
LEFT JOIN tenants_merchantcard c ON c.id = t.merchant_id
GROUP BY 1, 2, 3
"""
_AGENTS = "SELECT a.site_id, a.company FROM agents_agent a, period p"
_DIRECT = """
SELECT f.currency, m.country, sum(CASE f.kind WHEN 'invoice' THEN f.total ELSE -f.total END)::bigint
FROM period p
JOIN purchases_paper f ON f.issued_at >= p.starts AND f.issued_at < p.ends
JOIN merchants_merchant m ON m.id = f.merchant_id
GROUP BY 1, 2
"""
_LEDGER = """
SELECT e.unit, e.owner_type,
       coalesce(sum(e.amount) FILTER (WHERE e.at < p.starts), 0)::bigint,
       coalesce(sum(e.amount) FILTER (WHERE e.at >= p.starts AND e.action = 'purchase'), 0)::bigint,
       coalesce(sum(e.amount) FILTER (WHERE e.at >= p.starts AND e.action = 'deduct'), 0)::bigint,
       coalesce(sum(e.amount) FILTER (WHERE e.at >= p.starts AND e.action = 'refund'), 0)::bigint,
       coalesce(sum(e.amount) FILTER (WHERE e.at >= p.starts AND e.action = 'adjustment'), 0)::bigint
FROM period p JOIN credits_entry e ON e.action <> '' AND e.at < p.ends
GROUP BY 1, 2 ORDER BY 2, 1
"""


def revenue(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """What came in, by currency and country, and the agents that brought most. At level master."""
    return {owner.id: _revenue(owner) for owner in owners}


def _revenue(owner: Owner) -> Section:
    found = rows(_REVENUE, [owner])
    companies = dict(rows(_AGENTS, [owner]))
    with wall(sites.main_site(), "site"):
        direct = rows(_DIRECT, [owner])
    money: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"agents": 0, "direct": 0, "country": defaultdict(int), "agent": defaultdict(int)}
    )
    for currency, site_id, country, amount in found:
        own = money[currency]
        own["agents"] += amount
        own["country"][country] += amount
        own["agent"][companies.get(site_id, "")] += amount
    for currency, country, amount in direct:
        money[currency]["direct"] += amount
        money[currency]["country"][country] += amount
    figures, tables = [], []
    for currency, own in sorted(money.items()):
        figures += [
            Figure(both(_("Revenue from agents")), own["agents"], currency),
            Figure(both(_("Sales on the main site")), own["direct"], currency),
            Figure(both(_("Revenue")), own["agents"] + own["direct"], currency),
        ]
        tables += [
            _ranking(both(_("By country")), both(_("Country")), own["country"], currency, names=_countries()),
            _ranking(both(_("Top agents")), both(_("Agent")), own["agent"], currency, most=TOP),
        ]
    return Section(
        "revenue", both(_("Revenue")), tuple(figures), tuple(table for table in tables if table.rows),
        note={} if money else both(_("Nothing came in this month.")),
    )  # fmt: skip


def _countries() -> dict[str, Words]:
    return {entry.code: same(entry.name("en"), entry.name("ar")) for entry in lists.list_entries("country")}


def _ranking(
    title: Words, head: Words, amounts: dict[str, int], currency: str, *, most: int = 0,
    names: Mapping[str, Words] | None = None,
) -> Table:  # fmt: skip
    order = sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = order[:most] if most else order
    return Table(
        title=title,
        columns=(Column(head, "words"), Column(both(_("Amount")), "money", currency)),
        rows=tuple(((names or {}).get(name) or same(name or "—"), amount) for name, amount in shown),
    )


def ledger(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """Every wallet of every site together: by unit and kind of owner, opening, the four actions, closing."""
    return {owner.id: _ledger(owner) for owner in owners}


def _ledger(owner: Owner) -> Section:
    kinds = {kind.value: both(kind.label) for kind in OwnerType}
    heads = [_("Wallets of"), _("Opening"), *(action.label for action in Action), _("Closing")]
    tables, balances = [], []
    for unit, owner_type, opening, *moved in rows(_LEDGER, [owner]):
        is_credit = unit in CreditUnit.values
        name = both(CreditUnit(unit).label) if is_credit else same(unit)
        closing = opening + sum(moved)
        plain, signed = ("number", "signed") if is_credit else ("money", "signed_money")
        currency = "" if is_credit else unit
        kind = ["words", plain, signed, signed, signed, signed, plain]
        balances.append(Balance(unit, opening, closing, sum(moved), f"{owner_type}:{unit}"))
        tables.append(
            Table(
                title=name,
                columns=tuple(
                    Column(both(head), what, currency) for head, what in zip(heads, kind, strict=True)
                ),
                rows=((kinds[owner_type], opening, *moved, closing),),
            )
        )
    return Section(
        "ledger", both(_("The whole ledger")), tables=tuple(tables), balances=tuple(balances),
        note={} if tables else both(_("Nothing has ever moved.")),
    )  # fmt: skip
