"""What monthly statements say of WhatsApp. Credits are the ledger's own figures, so they tie to the unit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from agents.statements.registry import Column, Figure, Owner, Section, Table, both
from agents.statements.sections.sql import by_owner, rows
from messaging.choices import Type

# A message counts in the month in which it was sent, or failed. It may have been queued some weeks before. One that was
# sent and failed in a later month is told in both, as its credit is: what a month says does not change afterwards.
_MERCHANT = """
, used AS (
    SELECT p.owner, e.unit, -sum(e.amount)::bigint AS credits
    FROM period p
    JOIN credits_entry e ON e.merchant_id = p.owner AND e.action <> '' AND e.related_type = 'message'
     AND e.at >= p.starts AND e.at < p.ends
    GROUP BY 1, 2
), told AS (
    SELECT p.owner, m.type AS unit,
           count(*) FILTER (WHERE (m.state <> 'failed' OR m.failed_at >= p.ends)
                              AND m.sent_at >= p.starts AND m.sent_at < p.ends) AS arrived,
           count(*) FILTER (WHERE m.state = 'failed' AND m.failed_at >= p.starts AND m.failed_at < p.ends) AS failed
    FROM period p
    JOIN messaging_message m ON m.merchant_id = p.owner
     AND m.created_at >= p.starts - interval '40 days' AND m.created_at < p.ends
    GROUP BY 1, 2
)
SELECT coalesce(u.owner, t.owner), coalesce(u.unit, t.unit), coalesce(t.arrived, 0), coalesce(t.failed, 0),
       coalesce(u.credits, 0)
FROM used u FULL JOIN told t ON t.owner = u.owner AND t.unit = u.unit
"""
_PLATFORM = """
SELECT s.name, e.unit, -sum(e.amount)::bigint
FROM period p
JOIN credits_entry e ON e.action <> '' AND e.related_type = 'message' AND e.at >= p.starts AND e.at < p.ends
JOIN tenants_site s ON s.id = e.site_id
GROUP BY 1, 2 ORDER BY 1
"""
_COLUMNS = (
    Column(both(_("Type")), "words"), Column(both(_("Arrived")), "number"), Column(both(_("Failed")), "number"),
    Column(both(_("Credits used")), "number"),
)  # fmt: skip


def of_merchants(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """UI and BI messages: arrived, failed, and what they cost. At level site."""
    found, title = by_owner(_MERCHANT, owners), both(_("WhatsApp messages"))
    sections = {}
    for owner in owners:
        counts = {unit: figures for unit, *figures in found.get(owner.id, [])}
        lines = tuple((both(Type(unit).label), *counts.get(unit, (0, 0, 0))) for unit in Type.values)
        sections[owner.id] = Section("messages", title, tables=(Table(_COLUMNS, lines),))
    return sections


def of_platform(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """Messages that were charged, by site and type, as the ledger has them. At level master."""
    return {owner.id: _volume(owner) for owner in owners}


def _volume(owner: Owner) -> Section:
    by_site: dict[str, dict[str, int]] = {}
    for name, unit, used in rows(_PLATFORM, [owner]):
        by_site.setdefault(name, {})[unit] = used
    columns = (Column(both(_("Site"))), *(Column(both(Type(unit).label), "number") for unit in Type.values))
    lines = tuple((name, *(units.get(unit, 0) for unit in Type.values)) for name, units in by_site.items())
    sums = {unit: sum(units.get(unit, 0) for units in by_site.values()) for unit in Type.values}
    figures = tuple(Figure(both(Type(unit).label), total) for unit, total in sums.items())
    tables = (Table(columns, lines, title=both(_("By site"))),) if lines else ()
    return Section("messages", both(_("WhatsApp volume")), figures=figures, tables=tables)
