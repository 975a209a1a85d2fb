"""Moving credits and money. Every function posts one transfer under the caller's key, or raises and moves nothing.

A key used before with the same content answers as it did then (`Posted.is_new` is False); with other content it
raises IdempotencyConflict.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from credits.choices import AccountKind, Action, CreditUnit
from credits.errors import (
    EscrowMismatch,
    IdempotencyConflict,
    InsufficientCredits,
    MalformedTransfer,
    UnknownAccount,
)
from credits.models import Account
from credits.queries import balances
from credits.services import bank
from credits.services import legs as side
from credits.services.legs import Leg, Posted, PostedEntry, Related, key_for

__all__ = [
    "EscrowMismatch", "IdempotencyConflict", "InsufficientCredits", "Leg", "MalformedTransfer", "Posted", "Related",
    "UnknownAccount", "adjust", "grant", "key_for", "post", "return_escrow", "settle_escrow", "spend_to_escrow",
]  # fmt: skip

_POST = "SELECT * FROM bank_post(%s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s)"


def post(
    *,
    key: uuid.UUID,
    kind: str,
    legs: Sequence[Leg],
    actor: Actor,
    now: dt.datetime,
    related: Related | None = None,
    reason: str = "",
    merchant_id: uuid.UUID | None = None,
    site_id: uuid.UUID | None = None,
) -> Posted:
    """Post one transfer. `merchant_id` is needed at level merchant, `site_id` at level master.

    Raises InsufficientCredits, IdempotencyConflict, UnknownAccount, MalformedTransfer.
    """
    with bank.at_the_bank(site_id=site_id, merchant_id=merchant_id) as site:
        rows = bank.call(
            _POST,
            [
                key, site, kind, json.dumps([leg.as_json(site) for leg in legs]),
                related.type if related else "", related.id if related else None, reason,
                actor.id, actor.kind, actor.label[:120], now,
            ],
            key=key,
        )  # fmt: skip
    is_new, at = rows[0][:2]
    return Posted(id=key, is_new=is_new, at=at, entries=tuple(PostedEntry(*row[2:]) for row in rows))


def grant(
    *,
    merchant_id: uuid.UUID,
    unit: str,
    amount: int,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    key: uuid.UUID,
    site_id: uuid.UUID | None = None,
) -> Posted:
    """Give a merchant `amount` credits, as a purchase. Staff need `wallet.adjust`; raises NotAllowed without."""
    return _by_hand(
        "grant", balances.wallet_of_merchant(merchant_id, unit), amount, Action.PURCHASE, AccountKind.ISSUED,
        reason=reason, actor=actor, now=now, key=key, site_id=site_id,
    )  # fmt: skip


def adjust(
    *,
    wallet: Account,
    amount: int,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    key: uuid.UUID,
    site_id: uuid.UUID | None = None,
) -> Posted:
    """Correct a wallet by `amount`, which may be negative. Staff need `wallet.adjust`; raises NotAllowed without.

    Raises InsufficientCredits when the wallet would fall below zero, MalformedTransfer without a reason.
    """
    return _by_hand(
        "adjust", wallet, amount, Action.ADJUSTMENT, AccountKind.ADJUSTMENT,
        reason=reason, actor=actor, now=now, key=key, site_id=site_id,
    )  # fmt: skip


def spend_to_escrow(
    *,
    batch_id: uuid.UUID,
    merchant_id: uuid.UUID,
    n: int,
    actor: Actor,
    now: dt.datetime,
    key: uuid.UUID,
) -> Posted:
    """Deduct `n` coupon credits for a batch, into its escrow. Raises InsufficientCredits."""
    unit = CreditUnit.COUPON
    return post(
        key=key, kind="batch.generate", related=Related("batch", batch_id), merchant_id=merchant_id,
        legs=[side.merchant_wallet(merchant_id, unit, -n, Action.DEDUCT), side.escrow(batch_id, merchant_id, unit, n)],
        actor=actor, now=now,
    )  # fmt: skip


def return_escrow(*, batch_id: uuid.UUID, n: int, actor: Actor, now: dt.datetime, key: uuid.UUID) -> Posted:
    """Refund `n` credits of coupons that were paid for and never made. Raises InsufficientCredits beyond the escrow."""
    held = balances.escrow_of_batch(batch_id)
    return post(
        key=key, kind="batch.return", related=Related("batch", batch_id), merchant_id=held.owner_id,
        legs=[
            side.escrow(batch_id, held.owner_id, held.unit, -n),
            side.merchant_wallet(held.owner_id, held.unit, n, Action.REFUND),
        ],
        actor=actor, now=now,
    )  # fmt: skip


def settle_escrow(
    *, batch_id: uuid.UUID, refund: int, consumed: int, actor: Actor, now: dt.datetime, key: uuid.UUID
) -> Posted:
    """Close a batch's escrow: `refund` credits back to the wallet, `consumed` gone for good.

    Raises EscrowMismatch when that does not leave the escrow at exactly zero.
    """
    held = balances.escrow_of_batch(batch_id)
    parts = [
        side.escrow(batch_id, held.owner_id, held.unit, -refund - consumed),
        side.merchant_wallet(held.owner_id, held.unit, refund, Action.REFUND),
        side.far_side(AccountKind.CONSUMED, held.unit, consumed),
    ]
    if refund == consumed == 0:
        if held.balance:
            raise EscrowMismatch(batch_id=batch_id, left=held.balance)
        return Posted(id=key, is_new=False, at=held.last_at, entries=())  # nothing to move, nothing to note
    try:
        with transaction.atomic():
            posted = post(
                key=key, kind="batch.settle", related=Related("batch", batch_id), merchant_id=held.owner_id,
                legs=[leg for leg in parts if leg.amount], actor=actor, now=now,
            )  # fmt: skip
            left = posted.balance(AccountKind.ESCROW)
            if left:
                raise EscrowMismatch(batch_id=batch_id, left=left)
    except InsufficientCredits as error:
        raise EscrowMismatch(batch_id=batch_id, left=error.available - error.needed) from error
    return posted


def _by_hand(
    kind: str,
    wallet: Account,
    amount: int,
    action: Action,
    far_side: AccountKind,
    *,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    key: uuid.UUID,
    site_id: uuid.UUID | None,
) -> Posted:
    """A movement that a person decides: permission, transfer and audit trail together."""
    if actor.kind != "system":
        must(actor, "wallet.adjust")
    with transaction.atomic():
        posted = post(
            key=key, kind=kind, reason=reason, merchant_id=wallet.merchant_id, site_id=site_id or wallet.site_id,
            legs=[side.wallet(wallet, amount, action), side.far_side(far_side, wallet.unit, -amount)],
            actor=actor, now=now,
        )  # fmt: skip
        if posted.is_new:
            after = posted.balance(owner_type=wallet.owner_type)
            audit.record(
                f"wallet.{kind}", wallet, actor=actor, now=now, reason=reason,
                before={"balance": after - amount}, after={"balance": after},
            )  # fmt: skip
    return posted
