"""Whom the ledger's tests are about, and the shortest ways to act for them. The ledger knows merchants by id only."""

from __future__ import annotations

import datetime as dt
import uuid

from accounts.actors import Actor, system
from credits.choices import AccountKind, Action, CreditUnit
from credits.services import ledger, legs, wallets
from credits.services.legs import Posted
from kernel.ids import uuid7

NOW = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
JOB = system("test")
FINN = Actor("staff", "Finn of Finance", uuid7(), "console", frozenset({"finance"}))
VERA = Actor("staff", "Vera Viewer", uuid7(), "console", frozenset({"viewer"}))
COUPON, WA_UI, WA_BI = CreditUnit.COUPON, CreditUnit.WA_UI, CreditUnit.WA_BI


def open_merchant(coupon: int = 0, **more: int) -> uuid.UUID:
    """A merchant with its wallets and these credits."""
    merchant_id = uuid7()
    wallets.open_for_merchant(merchant_id=merchant_id, now=NOW)
    for unit, amount in {"coupon": coupon, **more}.items():
        if amount:
            give(merchant_id, amount, unit)
    return merchant_id


def give(merchant_id: uuid.UUID, amount: int, unit: str = COUPON, *, now: dt.datetime = NOW) -> Posted:
    return ledger.grant(
        merchant_id=merchant_id, unit=unit, amount=amount, reason="start", actor=JOB, now=now, key=uuid7()
    )


def spend(
    merchant_id: uuid.UUID, n: int, *, batch_id: uuid.UUID | None = None, key: uuid.UUID | None = None,
    now: dt.datetime = NOW,
) -> Posted:  # fmt: skip
    batch_id = batch_id or uuid7()
    return ledger.spend_to_escrow(
        batch_id=batch_id, merchant_id=merchant_id, n=n, actor=JOB, now=now,
        key=key or ledger.key_for("batch.generate", batch_id),
    )  # fmt: skip


def settle(batch_id: uuid.UUID, *, refund: int, consumed: int, now: dt.datetime = NOW) -> Posted:
    return ledger.settle_escrow(
        batch_id=batch_id, refund=refund, consumed=consumed, actor=JOB, now=now,
        key=ledger.key_for("batch.settle", batch_id),
    )  # fmt: skip


def deduct(merchant_id: uuid.UUID, unit: str, n: int, *, key: uuid.UUID | None = None) -> Posted:
    """What a message does: wallet to consumed."""
    key = key or uuid7()
    return ledger.post(
        key=key, kind="message.sent", related=ledger.Related("message", key), merchant_id=merchant_id,
        legs=[legs.merchant_wallet(merchant_id, unit, -n, Action.DEDUCT), legs.far_side(AccountKind.CONSUMED, unit, n)],
        actor=JOB, now=NOW,
    )  # fmt: skip
