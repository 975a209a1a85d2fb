"""Statements: what happened on wallets in a half-open period, and what they held before and after.

Only wallets have actions, and only entries with one of the four actions are here. Opening and closing are read off the
entries, so the closing of a month is the opening of the next whatever is posted later.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from credits.choices import Action
from credits.models import Account, Entry


def entries(
    *,
    account: Account | uuid.UUID | None = None,
    merchant_id: uuid.UUID | None = None,
    agent_id: uuid.UUID | None = None,
    unit: str = "",
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    action: str = "",
    related_id: uuid.UUID | None = None,
) -> QuerySet[Entry]:
    """Lines of statements, newest first, each with `balance_after` and its transfer (who, why).

    Of one wallet, of one merchant or agent, or of everything behind the wall; `start` is in, `end` is out.
    """
    found = Entry.objects.exclude(action="")
    filters = {
        "account": account,
        "merchant_id": merchant_id,
        "agent_id": agent_id,
        "unit": unit or None,
        "at__gte": start,
        "at__lt": end,
        "action": action or None,
        "related_id": related_id,
    }
    found = found.filter(**{name: value for name, value in filters.items() if value is not None})
    # The version settles the order of entries of one moment. The hash is not for merchants to read.
    order = ("-version",) if account is not None else ("-at", "-version", "-id")
    return found.order_by(*order).select_related("transfer").defer("transfer__request_hash")


def opening(*, account: Account | uuid.UUID, start: dt.datetime) -> int:
    """What the wallet held just before `start`."""
    last = Entry.objects.filter(account=account, at__lt=start).exclude(action="").order_by("-at", "-version").first()
    return last.balance_after or 0 if last else 0


def closing(*, account: Account | uuid.UUID, end: dt.datetime) -> int:
    """What the wallet held just before `end`: the opening of the period that starts there."""
    return opening(account=account, start=end)


@dataclass(frozen=True, slots=True)
class Total:
    """The entries of one action in a period: how many, and their sum."""

    count: int
    amount: int


def totals(
    *, account: Account | uuid.UUID, start: dt.datetime | None = None, end: dt.datetime | None = None
) -> dict[str, Total]:
    """Count and sum by action, all four of them. Opening plus the sums is closing."""
    rows = (
        entries(account=account, start=start, end=end)
        .order_by()
        .values_list("action")
        .annotate(Count("id"), Sum("amount"))
    )
    found = {action: Total(count, int(amount)) for action, count, amount in rows}
    return {action: found.get(action, Total(0, 0)) for action in Action.values}
