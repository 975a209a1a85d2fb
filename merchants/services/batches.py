"""What happens to a batch after it was made: pause, resume, extend, void, move to print, clone.

What a customer already took keeps its terms, whatever happens to the batch.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from merchants import locks
from merchants.errors import BadPlan, WrongState
from merchants.models import Batch, BatchBranch, Coupon
from merchants.services.plans import LONGEST, BatchPlan

State = Batch.State


def pause(*, batch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Batch:
    """Stop claims and sends of an active batch. Taken coupons stay valid."""
    return _change_state(batch_id, State.ACTIVE, State.PAUSED, "batch.pause", actor, now)


def resume(*, batch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Batch:
    """Let a paused batch be claimed again."""
    return _change_state(batch_id, State.PAUSED, State.ACTIVE, "batch.resume", actor, now)


def _change_state(batch_id: uuid.UUID, old: str, new: str, verb: str, actor: Actor, now: dt.datetime) -> Batch:
    must(actor, "batch.manage")
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state != old:
            raise WrongState(
                _("This batch is %(state)s now.") % {"state": batch.get_state_display()}, state=batch.state
            )
        batch.state = new
        batch.save(update_fields=["state"])
        audit.record(verb, batch, actor=actor, now=now, before={"state": old}, after={"state": new})
    return batch


def extend(*, batch_id: uuid.UUID, claim_until: dt.datetime, actor: Actor, now: dt.datetime) -> Batch:
    """Move the end of claiming later, while it has not passed. Raises WrongState, BadPlan."""
    must(actor, "batch.manage")
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state not in {State.ACTIVE, State.PAUSED} or batch.claim_until <= now:
            raise WrongState(_("A batch can be extended only before it has ended."), state=batch.state)
        if claim_until <= batch.claim_until:
            raise BadPlan({"claim_until": _("Choose a later day than the present end.")})
        if claim_until > now + LONGEST:
            raise BadPlan({"claim_until": _("At most three years ahead.")})
        before = {"claim_until": batch.claim_until, "use_until": batch.use_until}
        batch.claim_until = claim_until
        if batch.use_until and batch.use_until < claim_until:
            batch.use_until = claim_until
        batch.save(update_fields=["claim_until", "use_until"])
        after = {"claim_until": batch.claim_until, "use_until": batch.use_until}
        audit.record("batch.extend", batch, actor=actor, now=now, before=before, after=after)
    return batch


def void(*, batch_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> int:
    """Withdraw a whole batch; returns how many coupons became void. Taken ones too: say why.

    Nothing is paid back early: never-taken coupons are refunded when the batch would have ended.
    """
    must(actor, "coupon.void")
    if not reason.strip():
        raise BadPlan({"reason": _("Say why; customers and staff will read it.")})
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state not in {State.ACTIVE, State.PAUSED}:
            raise WrongState(_("Only an active or paused batch can be withdrawn."), state=batch.state)
        before = batch.state
        batch.state, batch.void_reason = State.VOID, reason.strip()[:300]
        batch.save(update_fields=["state", "void_reason"])
        unused = Coupon.objects.filter(
            batch=batch, state__in=[Coupon.State.AVAILABLE, Coupon.State.HELD, Coupon.State.TAKEN]
        )
        withdrawn = locks.coupons(unused).update(state=Coupon.State.VOID, void_reason=batch.void_reason)
        audit.record(
            "batch.void", batch, actor=actor, now=now, reason=reason, before={"state": before},
            after={"state": batch.state, "coupons": withdrawn},
        )  # fmt: skip
    return withdrawn


def void_coupon(*, coupon_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> Coupon:
    """Withdraw one coupon that is not used yet. Raises WrongState, BadPlan."""
    must(actor, "coupon.void")
    if not reason.strip():
        raise BadPlan({"reason": _("Say why; customers and staff will read it.")})
    with transaction.atomic():
        coupon = locks.coupon(id=coupon_id)
        if coupon.state not in {Coupon.State.AVAILABLE, Coupon.State.HELD, Coupon.State.TAKEN}:
            raise WrongState(_("This coupon can no longer be withdrawn."), state=coupon.state)
        before = coupon.state
        coupon.state, coupon.void_reason = Coupon.State.VOID, reason.strip()[:300]
        coupon.save(update_fields=["state", "void_reason"])
        audit.record(
            "coupon.void", coupon, actor=actor, now=now, reason=reason, before={"state": before},
            after={"state": coupon.state},
        )  # fmt: skip
    return coupon


def move_to_print(*, batch_id: uuid.UUID, actor: Actor, now: dt.datetime) -> int:
    """Put every untaken online coupon of a batch into the print lane, before its serials are exported.

    Raises WrongState while the batch is being generated.
    """
    must(actor, "coupon.export")
    with transaction.atomic():
        batch = locks.batch(batch_id)
        if batch.state == State.GENERATING:
            # The rest is still being made, by the lanes of the plan.
            raise WrongState(_("Wait until all coupons of this batch are made."), state=batch.state)
        free = Coupon.objects.filter(batch=batch, lane=Coupon.Lane.ONLINE, state=Coupon.State.AVAILABLE)
        moved = locks.coupons(free).update(lane=Coupon.Lane.PRINT)
        if moved:
            before = batch.print_quantity
            batch.print_quantity += moved
            batch.sold_out = True
            batch.save(update_fields=["print_quantity", "sold_out"])
            audit.record(
                "batch.move_to_print", batch, actor=actor, now=now, before={"print_quantity": before},
                after={"print_quantity": batch.print_quantity},
            )  # fmt: skip
    return moved


def plan_of(batch: Batch) -> BatchPlan:
    """The plan a clone starts from: the form shows it, with new dates to choose."""
    names = {field.name for field in dataclasses.fields(BatchPlan)} - {"branches"}
    branches = tuple(BatchBranch.objects.filter(batch=batch).values_list("branch_id", flat=True))
    return BatchPlan(**{name: getattr(batch, name) for name in names}, branches=branches)
