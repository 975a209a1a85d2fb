"""What is in the wallets now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from credits.choices import AccountKind, CreditUnit
from credits.errors import UnknownAccount
from credits.models import Account


@dataclass(frozen=True, slots=True)
class MerchantBalances:
    """The three credits of a merchant, which are never added up."""

    coupon: int
    wa_ui: int
    wa_bi: int


def of_merchant(merchant_id: uuid.UUID) -> MerchantBalances:
    """The three balances, in one query. Raises UnknownAccount where no wallets were opened."""
    found = of_merchants([merchant_id]).get(merchant_id)
    if found is None:
        raise UnknownAccount()
    return found


def of_merchants(merchant_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, MerchantBalances]:
    """The balances of many merchants, in one query. Those without wallets, or behind another wall, are absent."""
    rows = Account.objects.filter(kind=AccountKind.WALLET, merchant_id__in=list(merchant_ids))
    units: dict[uuid.UUID, dict[str, int]] = {}
    for merchant_id, unit, balance in rows.values_list("owner_id", "unit", "balance"):
        units.setdefault(merchant_id, {})[unit] = balance or 0
    return {
        merchant_id: MerchantBalances(**{unit: found.get(unit, 0) for unit in CreditUnit.values})
        for merchant_id, found in units.items()
    }


def available_of_merchants(merchant_ids: Iterable[uuid.UUID], unit: str) -> dict[uuid.UUID, int]:
    """What many merchants could spend of one unit now, without what is held, in one query."""
    rows = Account.objects.filter(kind=AccountKind.WALLET, merchant_id__in=list(merchant_ids), unit=unit)
    return {row.owner_id: row.available for row in rows if row.owner_id}


def wallets_of_merchant(merchant_id: uuid.UUID) -> list[Account]:
    """The three wallets, in the order screens show them."""
    order = {unit: position for position, unit in enumerate(CreditUnit.values)}
    found = Account.objects.filter(kind=AccountKind.WALLET, merchant_id=merchant_id)
    return sorted(found, key=lambda account: order[account.unit])


def wallet_of_merchant(merchant_id: uuid.UUID, unit: str) -> Account:
    """One wallet of a merchant. Raises UnknownAccount."""
    return _one(kind=AccountKind.WALLET, merchant_id=merchant_id, unit=unit)


def wallet_of_agent(agent_id: uuid.UUID, currency: str) -> Account:
    """The prepaid wallet of an agent. Raises UnknownAccount."""
    return _one(kind=AccountKind.WALLET, agent_id=agent_id, unit=currency)


def escrow_of_batch(batch_id: uuid.UUID) -> Account:
    """The escrow that a batch's credits were moved to. Raises UnknownAccount."""
    return _one(kind=AccountKind.ESCROW, ref_id=batch_id)


def _one(**which: object) -> Account:
    try:
        return Account.objects.get(**which)
    except Account.DoesNotExist as error:
        raise UnknownAccount() from error


def with_balances(merchants: QuerySet[Any]) -> QuerySet[Any]:
    """Rows whose id is a merchant's, each with `coupon`, `wa_ui` and `wa_bi`: the three balances, for lists."""

    def balance(unit: str) -> Coalesce:
        wallet = Account.objects.filter(kind=AccountKind.WALLET, merchant_id=OuterRef("pk"), unit=unit)
        return Coalesce(Subquery(wallet.values("balance")[:1]), 0, output_field=BigIntegerField())

    annotated: QuerySet[Any] = merchants.annotate(**{unit: balance(unit) for unit in CreditUnit.values})
    return annotated
