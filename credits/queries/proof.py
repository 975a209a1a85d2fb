"""The proof: every balance computed again from the entries, and every promise of the ledger looked at.

Accounts, and then transfers, are taken in pages of a few thousand by id, so that no statement grows with the ledger.
Each check of a page is one statement and sees one moment, whatever is posted meanwhile; it names at most one row, the
first difference. The proof runs at level master, which sees all sites.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.db import connection

from credits.models import Account, Transfer

PAGE = 5_000


class Check(NamedTuple):
    """`statement` gives (site, object, found, expected) of the first difference between two ids, or nothing."""

    name: str
    meaning: str
    over: type[Account | Transfer]
    statement: str


@dataclass(frozen=True, slots=True)
class Difference:
    check: str
    meaning: str
    site_id: str
    object_id: str
    found: str
    expected: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.check}: {self.meaning}. Site {self.site_id}, {self.object_id}:"
            f" found {self.found}, expected {self.expected}."
        )


CHECKS = (
    Check(
        "balance",
        "an account's balance is not the sum of its entries",
        Account,
        """SELECT a.site_id, 'account ' || a.id, a.balance::text, coalesce(sum(e.amount), 0)::text
           FROM credits_account a LEFT JOIN credits_entry e ON e.account_id = a.id
           WHERE a.id BETWEEN %s AND %s AND a.balance IS NOT NULL
           GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0) ORDER BY a.id LIMIT 1""",
    ),
    Check(
        "version",
        "an account does not count its entries right",
        Account,
        """SELECT a.site_id, 'account ' || a.id, a.version::text, count(e.id)::text
           FROM credits_account a LEFT JOIN credits_entry e ON e.account_id = a.id
           WHERE a.id BETWEEN %s AND %s AND a.balance IS NOT NULL
           GROUP BY a.id HAVING a.version <> count(e.id) OR a.version <> coalesce(max(e.version), 0)
           ORDER BY a.id LIMIT 1""",
    ),
    Check(
        "held",
        "what an account says is held is not the sum of its holds",
        Account,
        """SELECT a.site_id, 'account ' || a.id, a.held::text, coalesce(sum(h.amount), 0)::text
           FROM credits_account a LEFT JOIN credits_hold h ON h.account_id = a.id
           WHERE a.id BETWEEN %s AND %s
           GROUP BY a.id HAVING a.held <> coalesce(sum(h.amount), 0) ORDER BY a.id LIMIT 1""",
    ),
    Check(
        "chain",
        "a balance after does not follow from the entry before",
        Account,
        """SELECT site_id, 'entry ' || id, balance_after || ' at version ' || version,
                  before + amount || ' at version ' || place
           FROM (SELECT e.*, coalesce(lag(e.balance_after) OVER running, 0) AS before,
                        row_number() OVER running AS place, lag(e.at) OVER running AS earlier
                 FROM credits_entry e WHERE e.account_id BETWEEN %s AND %s AND e.version IS NOT NULL
                 WINDOW running AS (PARTITION BY e.account_id ORDER BY e.version)) e
           WHERE balance_after <> before + amount OR version <> place OR at < earlier
           ORDER BY account_id, version LIMIT 1""",
    ),
    Check(
        "transfer",
        "an entry on a wallet or escrow has lost its transfer",
        Account,
        """SELECT e.site_id, 'entry ' || e.id, 'nothing', 'transfer ' || e.transfer_id
           FROM credits_entry e LEFT JOIN credits_transfer t ON t.id = e.transfer_id
           WHERE e.account_id BETWEEN %s AND %s AND e.version IS NOT NULL AND t.id IS NULL
           ORDER BY e.account_id, e.version LIMIT 1""",
    ),
    Check(
        "settled",
        "the escrow of a settled batch is not empty",
        Account,
        """SELECT a.site_id, 'escrow of batch ' || a.ref_id, a.balance::text, '0'
           FROM credits_account a
           WHERE a.id BETWEEN %s AND %s AND a.kind = 'escrow' AND a.balance <> 0 AND EXISTS (
               SELECT FROM credits_entry e JOIN credits_transfer t ON t.id = e.transfer_id
               WHERE e.account_id = a.id AND t.kind = 'batch.settle')
           ORDER BY a.id LIMIT 1""",
    ),
    Check(
        "zero",
        "the entries of a transfer do not add up to zero",
        Transfer,
        """SELECT t.site_id, 'transfer ' || t.id || coalesce(' in ' || e.unit, ''),
                  coalesce(sum(e.amount)::text, 'nothing'), '0'
           FROM credits_transfer t LEFT JOIN credits_entry e ON e.transfer_id = t.id
           WHERE t.id BETWEEN %s AND %s
           GROUP BY t.id, e.unit HAVING sum(e.amount) IS DISTINCT FROM 0 ORDER BY t.id LIMIT 1""",
    ),
    Check(
        "owner",
        "an entry does not belong to whom its account belongs",
        Transfer,
        """SELECT e.site_id, 'entry ' || e.id, concat_ws(' ', e.owner_type, e.merchant_id, e.agent_id, e.unit),
                  concat_ws(' ', a.owner_type, a.merchant_id, a.agent_id, a.unit)
           FROM credits_transfer t JOIN credits_entry e ON e.transfer_id = t.id
           LEFT JOIN credits_account a ON a.id = e.account_id
           WHERE t.id BETWEEN %s AND %s AND (
               (e.site_id, e.owner_type, e.unit) IS DISTINCT FROM (a.site_id, a.owner_type, a.unit)
               OR (e.merchant_id, e.agent_id) IS DISTINCT FROM (a.merchant_id, a.agent_id)
               OR t.site_id <> e.site_id OR t.merchant_id <> e.merchant_id
               OR (e.action <> '') <> (a.kind = 'wallet') OR (e.version IS NULL) <> (a.version IS NULL))
           ORDER BY e.id LIMIT 1""",
    ),
    Check(
        "request",
        "a transfer is not what was asked for",
        Transfer,
        """SELECT site_id, 'transfer ' || id, encode(written, 'hex'), encode(request_hash, 'hex')
           FROM (SELECT t.id, t.site_id, t.request_hash, bank_request_hash(
                     t.site_id, t.kind, t.related_type, t.related_id, t.reason,
                     jsonb_agg(jsonb_build_array(e.account_id, e.amount, e.action) ORDER BY e.account_id)) AS written
                 FROM credits_transfer t JOIN credits_entry e ON e.transfer_id = t.id
                 WHERE t.id BETWEEN %s AND %s GROUP BY t.id) t
           WHERE written <> request_hash ORDER BY id LIMIT 1""",
    ),
)


@dataclass(slots=True)
class Proof:
    """How much was looked at, and the first difference of each check, in the order of CHECKS."""

    accounts: int
    transfers: int
    differences: list[Difference]


def prove() -> Proof:
    """Look at the whole ledger."""
    seen: dict[type[Account | Transfer], int] = {Account: 0, Transfer: 0}
    found: dict[str, Difference] = {}
    for model in seen:
        open_checks = [check for check in CHECKS if check.over is model]
        for first, last, count in _pages(model):
            seen[model] += count
            for check in [check for check in open_checks if check.name not in found]:
                difference = _first_difference(check, first, last)
                if difference:
                    found[check.name] = difference
    return Proof(seen[Account], seen[Transfer], [found[check.name] for check in CHECKS if check.name in found])


def _pages(model: type[Account | Transfer]) -> Iterator[tuple[uuid.UUID, uuid.UUID, int]]:
    last = uuid.UUID(int=0)
    while ids := list(model._default_manager.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:PAGE]):
        yield ids[0], ids[-1], len(ids)
        last = ids[-1]


def _first_difference(check: Check, first: uuid.UUID, last: uuid.UUID) -> Difference | None:
    with connection.cursor() as cursor:
        cursor.execute(check.statement, [first, last])
        row = cursor.fetchone()
    return Difference(check.name, check.meaning, *map(str, row)) if row else None
