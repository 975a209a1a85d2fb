"""Redeeming: staff verify a coupon and use it up. Green or red, with the reason.

A scan has a nonce: sent again it gets the first answer, whatever happened since. Two scanners of one coupon queue at
its row; the second is told when and where it was used.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import DomainError, NotFound
from merchants import locks
from merchants.errors import NoSuchCoupon
from merchants.models import Batch, BatchBranch, Branch, Coupon, Merchant, MerchantCustomer, Redemption, Scan
from merchants.serials import is_valid, normalise
from merchants.services import claims

CASHIER_UNDO = dt.timedelta(minutes=10)
MANAGER_UNDO = dt.timedelta(days=90)
REDEEMED = "redeemed"


@dataclass(frozen=True)
class Answer:
    """What the till shows; `about` holds plain values for the screen, never a customer's data.

    `outcome`: redeemed, or already_used, expired, not_yet, outside_hours, wrong_branch, other_merchant, void, paused,
    not_taken, limit, closed, unknown, mistyped.
    """

    outcome: str
    coupon_id: uuid.UUID | None = None
    redemption_id: uuid.UUID | None = None
    about: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False

    @property
    def ok(self) -> bool:
        return self.outcome == REDEEMED


class CannotUndo(DomainError):
    code = "cannot_undo"
    status = 409


def redeem(
    *,
    serial: str,
    nonce: uuid.UUID,
    actor: Actor,
    now: dt.datetime,
    branch_id: uuid.UUID | None = None,
    device_id: uuid.UUID | None = None,
    phone: str = "",
) -> Answer:
    """Use up the coupon with `serial` (as scanned or typed). Raises NotAllowed; every other refusal is an answer.

    An untaken printed coupon is taken and redeemed in one transaction, source *counter*; `phone` (E.164) then names
    the customer, if given. Runs at level merchant.
    """
    must(actor, "coupon.redeem")
    assert actor.merchant_id is not None
    first = _answered(nonce)
    if first:
        return first
    try:
        with transaction.atomic():
            answer = _decide(normalise(serial), actor, branch_id, device_id, phone, now)
            Scan.objects.create(
                merchant_id=actor.merchant_id, nonce=nonce, coupon_id=answer.coupon_id, branch_id=branch_id,
                redemption_id=answer.redemption_id, actor_id=actor.id, at=now, outcome=answer.outcome,
                answer=answer.about,
            )  # fmt: skip
    except IntegrityError:
        # The same scan arrived twice at once and the other one came first: its answer is the answer.
        first = _answered(nonce)
        if first is None:
            raise
        return first
    return answer


def _answered(nonce: uuid.UUID) -> Answer | None:
    """The answer this scan got before."""
    scan = Scan.objects.filter(nonce=nonce).first()
    if scan is None:
        return None
    return Answer(scan.outcome, scan.coupon_id, scan.redemption_id, scan.answer, repeated=True)


def _decide(
    serial: str, actor: Actor, branch_id: uuid.UUID | None, device_id: uuid.UUID | None, phone: str, now: dt.datetime
) -> Answer:
    if not is_valid(serial):
        return Answer("mistyped")
    claimed = _claim_for(serial, phone, branch_id, now) if phone else ""
    try:
        coupon = locks.coupon(serial=serial)
    except NoSuchCoupon:
        return Answer("other_merchant" if _exists_elsewhere(serial) else "unknown")
    batch = Batch.objects.get(id=coupon.batch_id)
    merchant = Merchant.objects.get(id=coupon.merchant_id)
    about = _about(batch, coupon, merchant)
    refusal = _refusal(coupon, batch, merchant, branch_id, now)
    if refusal:
        outcome, more = refusal
        return Answer(outcome, coupon.id, about={**about, **more})
    if coupon.state == Coupon.State.AVAILABLE:
        if claimed:
            return Answer("limit" if claimed == claims.HELD else "closed", coupon.id, about=about)
        _take_at_counter(coupon, batch, merchant, now)
    return _use_up(coupon, batch, actor, branch_id, device_id, now, about)


def _claim_for(serial: str, phone: str, branch_id: uuid.UUID | None, now: dt.datetime) -> str:
    """Let the customer at the till take this untaken printed coupon; the claim's outcome, or "" where none was due.

    Done before the coupon's row is locked here: a claim locks the customer first and the coupon second, and the other
    order would meet it in a deadlock. Only a coupon that can be used here and now is claimed.
    """
    free = Coupon.objects.filter(serial=serial, state=Coupon.State.AVAILABLE, lane=Coupon.Lane.PRINT)
    coupon = free.select_related("batch", "merchant").first()
    if coupon is None or _refusal(coupon, coupon.batch, coupon.merchant, branch_id, now):
        return ""
    return claims.claim(phone=phone, serial=serial, source=Coupon.Source.COUNTER, now=now, may_prove=False).outcome


def _about(batch: Batch, coupon: Coupon, merchant: Merchant) -> dict[str, Any]:
    return {
        "batch_id": str(batch.id), "title_en": batch.title_en, "title_ar": batch.title_ar,
        "offer_kind": batch.offer_kind, "offer_percent": batch.offer_percent, "offer_amount": batch.offer_amount,
        "offer_text_en": batch.offer_text_en, "offer_text_ar": batch.offer_text_ar, "merchant": merchant.brand_name,
    }  # fmt: skip


def _refusal(
    coupon: Coupon, batch: Batch, merchant: Merchant, branch_id: uuid.UUID | None, now: dt.datetime
) -> tuple[str, dict[str, Any]] | None:
    """Why this coupon cannot be used here and now, with what the till should show; None when it can."""
    states = Coupon.State
    if coupon.state == states.REDEEMED:
        return "already_used", _first_use(coupon)
    if coupon.state == states.VOID:
        return "void", {"reason": coupon.void_reason}
    ends = coupon.use_until if coupon.taken_at else batch.claim_until
    if coupon.state in {states.EXPIRED, states.LAPSED} or (ends is not None and ends <= now):
        return "expired", {"ended_at": ends.isoformat() if ends else None}
    if coupon.state == states.HELD or (coupon.state == states.AVAILABLE and coupon.lane != Coupon.Lane.PRINT):
        return "not_taken", {}
    if coupon.state == states.AVAILABLE and batch.state != Batch.State.ACTIVE:
        return "paused" if batch.state == Batch.State.PAUSED else "void", {}
    if now < batch.starts_at:
        return "not_yet", {"starts_at": batch.starts_at.isoformat()}
    local = now.astimezone(ZoneInfo(merchant.time_zone))
    minute = local.hour * 60 + local.minute
    if not (batch.weekdays >> local.weekday() & 1) or not batch.hour_from <= minute < batch.hour_to:
        return "outside_hours", {
            "weekdays": batch.weekdays, "hour_from": batch.hour_from, "hour_to": batch.hour_to,
        }  # fmt: skip
    allowed = set(BatchBranch.objects.filter(batch=batch).values_list("branch_id", flat=True))
    if allowed and branch_id not in allowed:
        names = list(Branch.objects.filter(id__in=allowed).values_list("name", flat=True))
        return "wrong_branch", {"branches": names}
    return None


def _first_use(coupon: Coupon) -> dict[str, Any]:
    stands = Redemption.objects.filter(coupon=coupon, undone_at=None).select_related("branch").first()
    if stands is None:
        return {}
    return {
        "used_at": stands.at.isoformat(), "used_branch": stands.branch.name if stands.branch else "",
        "used_by": stands.actor_label,
    }  # fmt: skip


def _take_at_counter(coupon: Coupon, batch: Batch, merchant: Merchant, now: dt.datetime) -> None:
    """Take an untaken printed coupon at the till for somebody whose phone nobody asked."""
    coupon.state, coupon.source, coupon.taken_at = Coupon.State.TAKEN, Coupon.Source.COUNTER, now
    coupon.use_until = batch.use_until_of(now, merchant.time_zone)
    coupon.save(update_fields=["state", "source", "taken_at", "use_until"])


def _use_up(
    coupon: Coupon,
    batch: Batch,
    actor: Actor,
    branch_id: uuid.UUID | None,
    device_id: uuid.UUID | None,
    now: dt.datetime,
    about: dict[str, Any],
) -> Answer:
    redemption = Redemption.objects.create(
        merchant_id=coupon.merchant_id, coupon=coupon, batch=batch, branch_id=branch_id, device_id=device_id,
        actor_id=actor.id, actor_label=actor.label, at=now,
    )  # fmt: skip
    coupon.state, coupon.redeemed_at = Coupon.State.REDEEMED, now
    coupon.save(update_fields=["state", "redeemed_at"])
    if coupon.customer_id:
        MerchantCustomer.objects.filter(merchant_id=coupon.merchant_id, customer_id=coupon.customer_id).update(
            redemptions=F("redemptions") + 1, last_redeemed_at=now
        )
    audit.record(
        "coupon.redeem", coupon, actor=actor, now=now, before={"state": "taken"}, after={"state": coupon.state}
    )
    return Answer(REDEEMED, coupon.id, redemption.id, about)


def _exists_elsewhere(serial: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT serial_exists(%s)", [serial])
        return bool(cursor.fetchone()[0])


def undo(*, redemption_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> Redemption:
    """Take a redemption back: by a cashier within 10 minutes, by a manager within 90 days.

    The coupon is *taken* again, or *lapsed* when its time has passed. Raises NotAllowed, NotFound, CannotUndo.
    """
    must(actor, "redemption.undo")
    if not reason.strip():
        raise CannotUndo(_("Say why the redemption is taken back."), code="reason_needed")
    with transaction.atomic():
        found = Redemption.objects.filter(id=redemption_id).first()
        if found is None:
            raise NotFound(_("There is no such redemption."))
        coupon = locks.coupon(id=found.coupon_id)
        redemption = locks.redemption(redemption_id)
        if redemption.undone_at:
            raise CannotUndo(_("This redemption was taken back already."), code="undone_already")
        late = now - redemption.at
        if late > MANAGER_UNDO:
            raise CannotUndo(_("After 90 days a redemption stands."), code="too_late")
        if late > CASHIER_UNDO:
            must(actor, "redemption.undo_late")
        redemption.undone_at, redemption.undone_by, redemption.undo_reason = now, actor.id, reason.strip()[:300]
        redemption.save(update_fields=["undone_at", "undone_by", "undo_reason"])
        lapsed = coupon.use_until is not None and coupon.use_until <= now
        coupon.state = Coupon.State.LAPSED if lapsed else Coupon.State.TAKEN
        coupon.redeemed_at = None
        coupon.save(update_fields=["state", "redeemed_at"])
        if coupon.customer_id:
            MerchantCustomer.objects.filter(
                merchant_id=coupon.merchant_id, customer_id=coupon.customer_id, redemptions__gt=0
            ).update(redemptions=F("redemptions") - 1)
        audit.record(
            "redemption.undo", redemption, actor=actor, now=now, reason=reason, before={"state": "redeemed"},
            after={"state": coupon.state},
        )  # fmt: skip
    return redemption
