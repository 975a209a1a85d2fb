"""What a merchant wants its wheel to be, and whether that can be turned."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from storefront.wheel.choices import BUSIEST_HOUR, FEWEST, HEAVIEST, LONGEST_LABEL, MOST, Colour


@dataclass(frozen=True)
class SegmentPlan:
    """One segment. No batch: no prize. `per_hour`: at most so many wins of the batch within any hour."""

    label_en: str
    label_ar: str = ""
    weight: int = 1
    batch_id: uuid.UUID | None = None
    per_hour: int | None = None
    colour: str = Colour.TEAL


@dataclass(frozen=True)
class WheelPlan:
    """The segments clockwise from the top, and the batch of which everybody gets a coupon who spins."""

    segments: tuple[SegmentPlan, ...]
    always_batch_id: uuid.UUID | None = None


class BadWheel(DomainError):
    """`errors` maps "" (the wheel), "always" or a segment's index from 0 to what is wrong with it."""

    code = "invalid"
    status = 422

    def __init__(self, errors: Mapping[Any, Any]) -> None:
        super().__init__(_("Some fields need another look."))
        self.errors = dict(errors)


def check(plan: WheelPlan, usable: set[uuid.UUID]) -> None:
    """`usable`: the merchant's batches that a wheel may give out. Raises BadWheel."""
    errors: dict[Any, Any] = {}
    if not FEWEST <= len(plan.segments) <= MOST:
        errors[""] = _("A wheel has 2 to 12 segments.")
    elif not any(segment.batch_id for segment in plan.segments):
        errors[""] = _("Nothing can be won on this wheel: give at least one segment a batch.")
    if plan.always_batch_id:
        if plan.always_batch_id not in usable:
            errors["always"] = _("Choose a batch of yours with coupons to be taken online.")
        elif any(segment.batch_id == plan.always_batch_id for segment in plan.segments):
            errors["always"] = _("This batch is a prize of the wheel: choose another one to give in any case.")
    for index, segment in enumerate(plan.segments):
        wrong = _of_segment(segment, usable)
        if wrong:
            errors[index] = wrong
    if errors:
        raise BadWheel(errors)


def _of_segment(segment: SegmentPlan, usable: set[uuid.UUID]) -> Any:
    if not segment.label_en.strip() or max(len(segment.label_en), len(segment.label_ar)) > LONGEST_LABEL:
        return _("Write a label of at most 24 characters.")
    if not 1 <= segment.weight <= HEAVIEST:
        return _("The weight is a number from 1 to 10,000.")
    if segment.batch_id and segment.batch_id not in usable:
        return _("Choose a batch of yours with coupons to be taken online.")
    if segment.per_hour is not None and (not segment.batch_id or not 1 <= segment.per_hour <= BUSIEST_HOUR):
        return _("A limit per hour needs a prize, and is a number from 1 to 10,000.")
    if segment.colour not in Colour.values:
        return _("Choose one of the colours.")
    return None
