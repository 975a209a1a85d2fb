"""Holding credits for something under way, such as a message that Meta has not confirmed.

available = balance less held. A hold writes no ledger entry; what it was for either happens (`spend`: one deduct) or
does not (`release`). Both are safe to repeat.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.actors import Actor
from credits.choices import AccountKind, Action
from credits.services import bank, ledger
from credits.services import legs as side
from credits.services.legs import Posted, Related, key_for

_HOLD = "SELECT bank_hold(%s, %s, %s, %s, %s, %s)"
_RELEASE = "SELECT bank_release(%s, %s)"


def hold(*, hold_id: uuid.UUID, merchant_id: uuid.UUID, unit: str, amount: int, now: dt.datetime) -> bool:
    """Promise `amount` credits of a merchant's wallet to `hold_id`; False where they are promised to it already.

    Raises InsufficientCredits when less than that is available, UnknownAccount, IdempotencyConflict.
    """
    with bank.at_the_bank(site_id=None, merchant_id=merchant_id) as site:
        ((new,),) = bank.call(_HOLD, [hold_id, site, merchant_id, unit, amount, now], key=hold_id)
    return bool(new)


def release(*, hold_id: uuid.UUID, merchant_id: uuid.UUID) -> bool:
    """Let go of what is held for `hold_id`; False where nothing is."""
    with bank.at_the_bank(site_id=None, merchant_id=merchant_id) as site:
        ((gone,),) = bank.call(_RELEASE, [hold_id, site])
    return bool(gone)


def spend(
    *, hold_id: uuid.UUID, merchant_id: uuid.UUID, unit: str, amount: int, related: Related, actor: Actor,
    now: dt.datetime,
) -> Posted:  # fmt: skip
    """Turn what is held for `hold_id` into one deduct. A repetition changes nothing. Raises InsufficientCredits.

    The wallet stays locked between letting go and taking, so nobody else gets what was promised.
    """
    with transaction.atomic():
        release(hold_id=hold_id, merchant_id=merchant_id)
        return ledger.post(
            key=key_for(f"{related.type}.spend", hold_id), kind=f"{related.type}.spend", related=related,
            merchant_id=merchant_id,
            legs=[
                side.merchant_wallet(merchant_id, unit, -amount, Action.DEDUCT),
                side.far_side(AccountKind.CONSUMED, unit, amount),
            ],
            actor=actor, now=now,
        )  # fmt: skip


def give_back(
    *, hold_id: uuid.UUID, merchant_id: uuid.UUID, unit: str, amount: int, reason: str, related: Related, actor: Actor,
    now: dt.datetime,
) -> Posted:  # fmt: skip
    """Return what was spent for `hold_id`, as one adjustment: it was charged, and then was not delivered after all."""
    return ledger.post(
        key=key_for(f"{related.type}.give-back", hold_id), kind=f"{related.type}.return", related=related,
        reason=reason, merchant_id=merchant_id,
        legs=[
            side.merchant_wallet(merchant_id, unit, amount, Action.ADJUSTMENT),
            side.far_side(AccountKind.CONSUMED, unit, -amount),
        ],
        actor=actor, now=now,
    )  # fmt: skip


def take_again(
    *, hold_id: uuid.UUID, merchant_id: uuid.UUID, unit: str, amount: int, reason: str, related: Related, actor: Actor,
    now: dt.datetime,
) -> Posted:  # fmt: skip
    """Take back what `give_back` returned, as one adjustment. Raises InsufficientCredits."""
    return ledger.post(
        key=key_for(f"{related.type}.take-again", hold_id), kind=f"{related.type}.again", related=related,
        reason=reason, merchant_id=merchant_id,
        legs=[
            side.merchant_wallet(merchant_id, unit, -amount, Action.ADJUSTMENT),
            side.far_side(AccountKind.CONSUMED, unit, amount),
        ],
        actor=actor, now=now,
    )  # fmt: skip
