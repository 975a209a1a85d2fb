"""What time does: a batch that ran out gives back what was never taken, once; what was not used in time lapses.

Claim and expiry meet at the coupon's own row: whichever locks it first has it, and the other sees the new state.
"""

from __future__ import annotations

import datetime as dt
import uuid

import structlog
from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from credits.services import ledger
from kernel.errors import DomainError
from merchants import locks
from merchants.models import Batch, Coupon

log = structlog.get_logger("couponry.expiry")
OPEN = (Batch.State.ACTIVE, Batch.State.PAUSED, Batch.State.VOID, Batch.State.CANCELLED)


def list_run_out(*, now: dt.datetime, limit: int = 1_000) -> list[uuid.UUID]:
    """Batches whose claim period is over and whose escrow is not settled."""
    return list(
        Batch.objects.filter(state__in=OPEN, claim_until__lte=now)
        .order_by("claim_until")
        .values_list("id", flat=True)[:limit]
    )


def expire(*, batch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> int:
    """Close a batch that ran out; returns the credits given back. A second call gives nothing back."""
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state not in OPEN or batch.claim_until > now:
            return 0
        free = Coupon.objects.filter(batch=batch, state__in=[Coupon.State.AVAILABLE, Coupon.State.HELD])
        locks.coupons(free).update(state=Coupon.State.EXPIRED)
        # Counted after the update has waited for claims under way: a coupon is in exactly one of the two.
        never_taken = Coupon.objects.filter(batch=batch, taken_at=None).count()
        ledger.settle_escrow(
            batch_id=batch.id, refund=never_taken, consumed=batch.made - never_taken, actor=actor, now=now,
            key=ledger.key_for("batch.expire", batch.id),
        )  # fmt: skip
        before = batch.state
        batch.state, batch.closed_at, batch.refunded = Batch.State.EXPIRED, now, never_taken
        batch.save(update_fields=["state", "closed_at", "refunded"])
        audit.record(
            "batch.expire", batch, actor=actor, now=now, before={"state": before},
            after={"state": batch.state, "refunded": never_taken},
        )  # fmt: skip
    log.info("batch expired", batch_id=str(batch_id), refunded=never_taken)
    return never_taken


def expire_due(*, actor: Actor, now: dt.datetime) -> int:
    """Settle every batch that ran out; returns how many. One that cannot be settled does not hold up the others."""
    settled = 0
    for batch_id in list_run_out(now=now):
        try:
            expire(batch_id=batch_id, actor=actor, now=now)
        except DomainError as error:
            log.error("batch could not be settled", batch_id=str(batch_id), code=error.code, exc_info=error)
        else:
            settled += 1
    return settled


def lapse(*, now: dt.datetime, limit: int = 20_000) -> int:
    """Mark taken coupons whose time is over as lapsed; returns how many."""
    with transaction.atomic():
        return Coupon.objects.filter(id__in=locks.coupons_to_lapse(now, limit)).update(state=Coupon.State.LAPSED)
