"""A merchant makes and switches its wheel."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import DomainError
from merchants import locks as merchant_locks
from merchants.errors import MerchantNotActive
from merchants.models import Merchant
from storefront.wheel import locks
from storefront.wheel.models import Segment, Wheel, WheelVersion
from storefront.wheel.plans import WheelPlan, check
from storefront.wheel.queries import wheels


class NoWheel(DomainError):
    code = "no_wheel"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Set the wheel's segments up first."))


def save(*, plan: WheelPlan, actor: Actor, now: dt.datetime) -> WheelVersion:
    """Make `plan` the wheel's newest version, which is in play at once if the wheel is on.

    A plan that is what the newest version is already makes nothing new. The first one makes the wheel, switched off.
    Raises NotAllowed, BadWheel.
    """
    must(actor, "wheel.manage")
    assert actor.merchant_id is not None
    with transaction.atomic():
        merchant_locks.merchant(actor.merchant_id)  # two first versions at once: the second finds the first one's wheel
        usable = {batch.id for batch in wheels.usable_batches(actor.merchant_id, now=now)}
        wheel = locks.wheel(actor.merchant_id)
        before = wheels.in_play(wheel) if wheel else None
        old = wheels.plan_of(before) if before else None
        if before and old == plan:
            return before
        # A batch that ran out on the wheel may stay: it is left out of the draw, and its segment says so.
        kept = [*(one.batch_id for one in old.segments), old.always_batch_id] if old else []
        check(plan, usable | {key for key in kept if key})
        if wheel is None:
            wheel = Wheel.objects.create(merchant_id=actor.merchant_id, created_at=now)
        version = WheelVersion.objects.create(
            merchant_id=actor.merchant_id, wheel=wheel, number=before.number + 1 if before else 1,
            always_batch_id=plan.always_batch_id, created_at=now, created_by=actor.id, created_label=actor.label[:120],
        )  # fmt: skip
        Segment.objects.bulk_create(
            Segment(
                merchant_id=actor.merchant_id, version=version, position=place, label_en=one.label_en.strip(),
                label_ar=one.label_ar.strip(), weight=one.weight, batch_id=one.batch_id, per_hour=one.per_hour,
                colour=one.colour,
            )
            for place, one in enumerate(plan.segments, start=1)
        )  # fmt: skip
        audit.record(
            "wheel.version", wheel, actor=actor, now=now, before=_summary(before, old), after=_summary(version, plan)
        )
    return version


def switch(*, is_on: bool, actor: Actor, now: dt.datetime) -> Wheel:
    """Let the wheel run on the page behind the poster, or stop it. Raises NotAllowed, NoWheel, MerchantNotActive."""
    must(actor, "wheel.manage")
    assert actor.merchant_id is not None
    with transaction.atomic():
        state = Merchant.objects.values_list("state", flat=True).get(id=actor.merchant_id)
        if is_on and state != Merchant.State.ACTIVE:
            raise MerchantNotActive(state)
        wheel = locks.wheel(actor.merchant_id)
        if wheel is None:
            raise NoWheel
        if wheel.is_on != is_on:
            wheel.is_on, wheel.switched_at = is_on, now
            wheel.save(update_fields=["is_on", "switched_at"])
            audit.record("wheel.on" if is_on else "wheel.off", wheel, actor=actor, now=now)
    return wheel


def _summary(version: WheelVersion | None, plan: WheelPlan | None) -> dict[str, object]:
    if version is None or plan is None:
        return {}
    return {
        "version": version.number,
        "segments": [f"{one.label_en} ({one.weight})" for one in plan.segments],
        "always": str(plan.always_batch_id or ""),
    }
