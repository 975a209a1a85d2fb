"""What a movement is made of: legs, what they relate to, keys, and what was posted."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import NamedTuple

from credits.choices import AccountKind, Action, OwnerType
from credits.models import Account

_KEYS = uuid.UUID("6f0c2f0e-3c5b-5d0a-9f57-2f1d3b6f8f10")


def key_for(act: str, *ids: object) -> uuid.UUID:
    """The idempotency key of an act on these ids: the same each time, so that a retry is the same transfer."""
    return uuid.uuid5(_KEYS, ":".join([act, *map(str, ids)]))


class Related(NamedTuple):
    """What a transfer is about: `batch`, `message`, `purchase`, … and its id."""

    type: str
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a transfer: `amount` (signed) on one account. Wallets need an `action`, the others have none.

    `owner_id` may be absent for the platform: then it is the site's own.
    """

    kind: str
    unit: str
    amount: int
    owner_type: str = OwnerType.PLATFORM
    owner_id: uuid.UUID | None = None
    ref_id: uuid.UUID | None = None
    action: str = ""

    def as_json(self, site_id: uuid.UUID) -> dict[str, str | int | None]:
        return {
            "kind": str(self.kind),
            "unit": str(self.unit),
            "owner_type": str(self.owner_type),
            "owner_id": str(self.owner_id or site_id),
            "ref_id": str(self.ref_id) if self.ref_id else None,
            "amount": self.amount,
            "action": str(self.action),
        }


def merchant_wallet(merchant_id: uuid.UUID, unit: str, amount: int, action: Action) -> Leg:
    return Leg(AccountKind.WALLET, unit, amount, OwnerType.MERCHANT, merchant_id, action=action)


def wallet(account: Account, amount: int, action: Action) -> Leg:
    """A leg on the wallet `account`."""
    return Leg(AccountKind.WALLET, account.unit, amount, account.owner_type, account.owner_id, action=action)


def escrow(batch_id: uuid.UUID, merchant_id: uuid.UUID, unit: str, amount: int) -> Leg:
    return Leg(AccountKind.ESCROW, unit, amount, OwnerType.MERCHANT, merchant_id, ref_id=batch_id)


def far_side(kind: AccountKind, unit: str, amount: int) -> Leg:
    """The platform's side of a movement on this site: issued, consumed, revenue or adjustment."""
    return Leg(kind, unit, amount)


class PostedEntry(NamedTuple):
    account_id: uuid.UUID
    kind: str
    unit: str
    owner_type: str
    amount: int
    balance_after: int | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer as it stands in the ledger. `is_new` is False for a repetition, which changed nothing."""

    id: uuid.UUID
    is_new: bool
    at: dt.datetime | None
    entries: tuple[PostedEntry, ...]

    def balance(self, kind: str = AccountKind.WALLET, *, owner_type: str = OwnerType.MERCHANT) -> int:
        """The balance after, of the one account of this kind and owner in the transfer."""
        (found,) = [e.balance_after for e in self.entries if e.kind == kind and e.owner_type == owner_type]
        return found or 0
