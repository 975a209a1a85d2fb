"""An agent's business: who came, what merchants paid, what the platform took, what is left.

Income is what was invoiced less what was credited in the month; the cost is what the ledger took from the wallet for
purchases, less what it gave back. A purchase that waited for the wallet over the month's end has its income in the one
month and its cost in the next.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from agents.statements.registry import Figure, Owner, Section, both
from agents.statements.sections.sql import by_owner
from tenants.walls import current_site

_MERCHANTS = """
SELECT p.owner,
  (SELECT count(*) FROM merchants_merchant m WHERE m.created_at >= p.starts AND m.created_at < p.ends),
  (SELECT count(*) FROM merchants_merchant m WHERE m.activated_at >= p.starts AND m.activated_at < p.ends)
FROM period p
"""
_MONEY = """
, income AS (
    SELECT p.owner, f.currency,
           sum(CASE f.kind WHEN 'invoice' THEN f.total ELSE -f.total END) FILTER (WHERE s.kind = 'annual_fee') AS fees,
           sum(CASE f.kind WHEN 'invoice' THEN f.total ELSE -f.total END) FILTER (WHERE s.kind <> 'annual_fee') AS packs
    FROM period p
    JOIN purchases_paper f ON f.issued_at >= p.starts AND f.issued_at < p.ends
    JOIN purchases_purchase s ON s.id = f.purchase_id
    GROUP BY p.owner, f.currency
), cost AS (
    SELECT p.owner, e.unit AS currency, -sum(e.amount) AS spent
    FROM period p
    JOIN credits_account a ON a.agent_id = p.owner AND a.kind = 'wallet'
    JOIN credits_entry e ON e.account_id = a.id AND e.action IN ('deduct', 'refund')
     AND e.at >= p.starts AND e.at < p.ends
    GROUP BY p.owner, e.unit
)
SELECT coalesce(i.owner, c.owner), coalesce(i.currency, c.currency), coalesce(i.fees, 0)::bigint,
       coalesce(i.packs, 0)::bigint, coalesce(c.spent, 0)::bigint
FROM income i FULL JOIN cost c ON c.owner = i.owner AND c.currency = i.currency
ORDER BY 1, 2
"""


def business(owners: Sequence[Owner]) -> Mapping[uuid.UUID, Section]:
    """New merchants, income, costs and profit of the site's agent. At level site."""
    merchants = by_owner(_MERCHANTS, owners)
    # `period` is one common table of the query; the two of money follow it.
    money = by_owner(_MONEY, owners)
    found = {}
    for owner in owners:
        registered, activated = merchants[owner.id][0]
        figures = [
            Figure(both(_("New merchants")), registered), Figure(both(_("Merchants activated")), activated),
        ]  # fmt: skip
        for currency, fees, packs, spent in money.get(owner.id, [(current_site().currency, 0, 0, 0)]):
            figures += [
                Figure(both(_("Annual fee income")), fees, currency),
                Figure(both(_("Package income")), packs, currency),
                Figure(both(_("Costs deducted from the wallet")), spent, currency),
                Figure(both(_("Net profit")), fees + packs - spent, currency),
            ]
        found[owner.id] = Section(
            "business", both(_("Business of the month")), tuple(figures),
            note=both(_("Income is what was invoiced less credit notes. Costs are what left the prepaid wallet.")),
        )  # fmt: skip
    return found
