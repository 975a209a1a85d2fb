"""What a merchant's statement says beside its wallets: its coupons, and what it paid."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from agents.purchases.choices import PaperKind
from agents.statements.registry import Column, Figure, Owner, Section, Table, both, same
from agents.statements.sections.sql import by_owner

# Generated and refunded are the ledger's own figures; taken and redeemed are moments on the coupons that never move.
_COUPONS = """
SELECT p.owner,
  (SELECT coalesce(-sum(e.amount) FILTER (WHERE t.kind IN ('batch.generate', 'batch.return')), 0)::bigint
     FROM credits_entry e JOIN credits_transfer t ON t.id = e.transfer_id
    WHERE e.merchant_id = p.owner AND e.action <> '' AND e.unit = 'coupon' AND e.related_type = 'batch'
      AND e.at >= p.starts AND e.at < p.ends),
  (SELECT count(*) FROM merchants_batch b JOIN merchants_coupon c ON c.batch_id = b.id
    WHERE b.merchant_id = p.owner AND c.taken_at >= p.starts AND c.taken_at < p.ends),
  (SELECT count(*) FROM merchants_redemption r
    WHERE r.merchant_id = p.owner AND r.at >= p.starts AND r.at < p.ends
      AND (r.undone_at IS NULL OR r.undone_at >= p.ends)),
  (SELECT coalesce(sum(e.amount), 0)::bigint
     FROM credits_entry e JOIN credits_transfer t ON t.id = e.transfer_id
    WHERE e.merchant_id = p.owner AND e.action = 'refund' AND e.unit = 'coupon' AND t.kind = 'batch.settle'
      AND e.at >= p.starts AND e.at < p.ends)
FROM period p
"""
_PAPERS = """
SELECT p.owner, f.issued_at, f.label, f.kind, s.name_en, s.name_ar, f.currency, f.total
FROM period p
JOIN purchases_paper f ON f.merchant_id = p.owner AND f.issued_at >= p.starts AND f.issued_at < p.ends
JOIN purchases_purchase s ON s.id = f.purchase_id
ORDER BY p.owner, f.number
"""


def coupons(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """Coupons generated, taken, redeemed, and refunded because nobody took them. At level site."""
    labels = [both(text) for text in (
        _("Coupons generated"), _("Coupons taken"), _("Coupons redeemed"), _("Expired without being taken, refunded"),
    )]  # fmt: skip
    title = both(_("Coupons"))
    return {
        owner: Section("coupons", title, tuple(map(Figure, labels, counts[0])))
        for owner, counts in by_owner(_COUPONS, owners).items()
    }


def purchases(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """Invoices and credit notes of the period. At level site."""
    papers = by_owner(_PAPERS, owners)
    kinds = {kind.value: both(kind.label) for kind in PaperKind}
    title, empty = both(_("Purchases")), both(_("Nothing was bought this month."))
    head = [both(text) for text in (_("When"), _("Number"), _("What"), _("Amount"))]
    found = {}
    for owner in owners:
        lines = defaultdict(list)
        for at, label, kind, name_en, name_ar, currency, total in papers.get(owner.id, []):
            name = same(name_en, name_ar)
            what = {code: f"{kinds[kind][code]} · {name[code]}" for code in name}
            amount = total if kind == PaperKind.INVOICE else -total
            lines[currency].append((at.isoformat(), label, what, amount))
        tables = tuple(
            Table(
                columns=(
                    Column(head[0], "when"), Column(head[1]), Column(head[2], "words"),
                    Column(head[3], "money", currency),
                ),
                rows=tuple(rows), total=(None, "", both(_("Total")), sum(row[3] for row in rows)),
            )
            for currency, rows in sorted(lines.items())
        )  # fmt: skip
        found[owner.id] = Section("purchases", title, tables=tables, note={} if tables else empty)
    return found
