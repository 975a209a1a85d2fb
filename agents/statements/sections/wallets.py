"""Wallets: opening, every line of the ledger, closing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from agents.statements.registry import Balance, Column, Figure, Owner, Section, Table, Words, both, same
from agents.statements.sections.sql import by_owner
from credits.choices import Action, CreditUnit

UNITS = list(CreditUnit.values)

# Opening is what the last line before the period left. {owner} is the column of the wallet's owner.
_WALLETS = """
SELECT p.owner, a.id, a.unit, coalesce(before.balance_after, 0)
FROM period p
JOIN credits_account a ON a.{owner} = p.owner AND a.kind = 'wallet' AND a.opened_at < p.ends
LEFT JOIN LATERAL (
    SELECT e.balance_after FROM credits_entry e
    WHERE e.account_id = a.id AND e.action <> '' AND e.at < p.starts
    ORDER BY e.at DESC, e.version DESC LIMIT 1
) before ON true
ORDER BY p.owner, a.unit
"""
_LINES = """
SELECT p.owner, e.account_id, e.at, e.action, e.amount, e.balance_after, t.reason, t.kind,
       b.number, b.title_en, b.title_ar, s.name_en, s.name_ar, coalesce(m.brand_name, ''), coalesce(m.brand_name_ar, '')
FROM period p
JOIN credits_account a ON a.{owner} = p.owner AND a.kind = 'wallet'
JOIN credits_entry e ON e.account_id = a.id AND e.action <> '' AND e.at >= p.starts AND e.at < p.ends
JOIN credits_transfer t ON t.id = e.transfer_id
LEFT JOIN merchants_batch b ON e.related_type = 'batch' AND b.id = e.related_id
LEFT JOIN purchases_purchase s ON e.related_type = 'purchase' AND s.id = e.related_id
LEFT JOIN merchants_merchant m ON m.id = s.merchant_id
ORDER BY p.owner, e.account_id, e.version
"""


def of_merchants(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """The three wallets of merchants. At level site."""
    return _sections(owners, "merchant_id", _("Credit wallets"))


def of_agents(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """The prepaid wallet of the site's agent. At level site."""
    return _sections(owners, "agent_id", _("Prepaid wallet"))


def _sections(owners: Sequence[Owner], owner_column: str, title: Any) -> dict[uuid.UUID, Section]:
    wallets = by_owner(_WALLETS.format(owner=owner_column), owners)
    lines = by_owner(_LINES.format(owner=owner_column), owners)
    names = {action.value: both(action.label) for action in Action}
    heading = both(title)
    return {
        owner.id: _section(wallets.get(owner.id, []), lines.get(owner.id, []), heading, names, owner_column)
        for owner in owners
    }


def _section(
    wallets: list[tuple[Any, ...]], lines: list[tuple[Any, ...]], title: Words, names: dict[str, Words], column: str
) -> Section:
    order = {unit: place for place, unit in enumerate(UNITS)}
    figures, tables, balances = [], [], []
    for account, unit, opening in sorted(wallets, key=lambda wallet: (order.get(wallet[1], 9), wallet[1])):
        own = [line[1:] for line in lines if line[0] == account]
        closing = own[-1][3] if own else opening
        currency = "" if unit in UNITS else unit
        name = both(CreditUnit(unit).label) if unit in UNITS else same(unit)
        balances.append(Balance(unit, opening, closing, sum(line[2] for line in own), str(account)))
        figures += [
            Figure(both(_("%(wallet)s: opening balance"), wallet=name), opening, currency),
            Figure(both(_("%(wallet)s: closing balance"), wallet=name), closing, currency),
        ]
        tables.append(_table(name, currency, opening, closing, own, names, with_merchant=column == "agent_id"))
    return Section("wallets", title, tuple(figures), tuple(tables), tuple(balances))


def _table(
    name: Words, currency: str, opening: int, closing: int, lines: list[tuple[Any, ...]], names: dict[str, Words],
    *, with_merchant: bool,
) -> Table:  # fmt: skip
    signed, plain = ("signed_money", "money") if currency else ("signed", "number")
    rows = [(None, both(_("Opening balance")), None, opening)]
    rows += [
        (at.isoformat(), _what(names[action], rest, with_merchant=with_merchant), amount, after)
        for at, action, amount, after, *rest in lines
    ]
    return Table(
        title=name,
        columns=(
            Column(both(_("When")), "when"),
            Column(both(_("What")), "words"),
            Column(both(_("Movement")), signed, currency),
            Column(both(_("Balance")), plain, currency),
        ),
        rows=tuple(rows),
        total=(None, both(_("Closing balance")), sum(line[2] for line in lines), closing),
    )


def _what(action: Words, rest: list[Any], *, with_merchant: bool) -> Words:
    """Deduction · Batch 12 · Summer offer; and the reason somebody gave."""
    reason, kind, batch, title_en, title_ar, name_en, name_ar, brand, brand_ar = rest
    parts = [both(_("Top-up"))] if kind == "topup" else [action]
    if batch is not None:
        parts += [both(_("Batch %(number)s"), number=batch), same(title_en, title_ar)]
    if name_en:
        parts.append(same(name_en, name_ar))
    if with_merchant and brand:
        parts.append(same(brand, brand_ar))
    if reason:
        parts.append(same(reason))
    return {code: " · ".join(part[code] for part in parts) for code in action}
