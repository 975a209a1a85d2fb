"""What a merchant wants generated, and whether that makes sense."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kernel import clock
from merchants.errors import BadPlan
from merchants.models import Batch

LARGEST = 1_000_000
MOST_PER_CUSTOMER = 1_000
LONGEST = dt.timedelta(days=3 * 366)


@dataclass(frozen=True)
class BatchPlan:
    """Everything the batch form asks. Moments are UTC; `claim_until` and `use_until` are exclusive ends.

    `face` is the template's snapshot: {image, content_type, width, height, layout}. `offer_amount` is in minor units.
    """

    title_en: str
    offer_kind: str
    quantity: int
    starts_at: dt.datetime
    claim_until: dt.datetime
    face: dict[str, Any]
    country: str
    title_ar: str = ""
    offer_percent: int | None = None
    offer_amount: int | None = None
    offer_text_en: str = ""
    offer_text_ar: str = ""
    terms_en: str = ""
    terms_ar: str = ""
    category: str = ""
    business_type: str = ""
    city: str = ""
    print_quantity: int = 0
    use_days: int | None = None
    use_until: dt.datetime | None = None
    weekdays: int = 127
    hour_from: int = 0
    hour_to: int = 1440
    per_customer_limit: int = 1
    on_centre: bool = True
    in_store: bool = True
    branches: tuple[uuid.UUID, ...] = field(default=())


def end_of(day: dt.date, zone: str) -> dt.datetime:
    """The exclusive end of `day` in the merchant's time zone: what a form's date means."""
    return clock.end_of_day(day, zone)


def check(plan: BatchPlan, *, now: dt.datetime) -> None:
    """Raise BadPlan naming every field that is wrong."""
    errors: dict[str, str] = {}
    if not plan.title_en.strip():
        errors["title_en"] = _("Give the offer a title.")
    if not 1 <= plan.quantity <= LARGEST:
        errors["quantity"] = _("Between 1 and 1,000,000 coupons.")
    if not 0 <= plan.print_quantity <= max(plan.quantity, 0):
        errors["print_quantity"] = _("At most as many as the batch has coupons.")
    errors |= _check_lengths(plan) | _check_offer(plan) | _check_times(plan, now)
    if not 1 <= plan.per_customer_limit <= MOST_PER_CUSTOMER:
        errors["per_customer_limit"] = _("Between 1 and 1,000 for each customer.")
    if errors:
        raise BadPlan(errors)


def _check_lengths(plan: BatchPlan) -> dict[str, str]:
    errors = {}
    for name in ("title_en", "title_ar", "offer_text_en", "offer_text_ar", "terms_en", "terms_ar"):
        longest: int = getattr(Batch._meta.get_field(name), "max_length", 0)
        if len(getattr(plan, name)) > longest:
            errors[name] = _("At most %(count)s characters.") % {"count": longest}
    return errors


def _check_offer(plan: BatchPlan) -> dict[str, str]:
    kinds = Batch.OfferKind
    if plan.offer_kind not in kinds.values:
        return {"offer_kind": _("Choose what the customer gets.")}
    if plan.offer_kind == kinds.PERCENTAGE and not 1 <= (plan.offer_percent or 0) <= 100:
        return {"offer_percent": _("A percentage from 1 to 100.")}
    if plan.offer_kind == kinds.AMOUNT and not (plan.offer_amount or 0) > 0:
        return {"offer_amount": _("An amount above zero.")}
    if plan.offer_kind in {kinds.FREE_ITEM, kinds.OTHER} and not plan.offer_text_en.strip():
        return {"offer_text_en": _("Say in a few words what the customer gets.")}
    return {}


def _check_times(plan: BatchPlan, now: dt.datetime) -> dict[str, str]:
    errors: dict[str, str] = {}
    if plan.claim_until <= now:
        errors["claim_until"] = _("Choose a day that is not over.")
    elif plan.claim_until <= plan.starts_at:
        errors["claim_until"] = _("The last day must not be before the first.")
    elif plan.claim_until > now + LONGEST:
        errors["claim_until"] = _("At most three years ahead.")
    if plan.use_days is not None and not 1 <= plan.use_days <= 1096:
        errors["use_days"] = _("Between 1 and 1,096 days.")
    if plan.use_until is not None and plan.use_until < plan.claim_until:
        errors["use_until"] = _("Not before the last day of claiming.")
    if not 1 <= plan.weekdays <= 127:
        errors["weekdays"] = _("Choose at least one day of the week.")
    if not 0 <= plan.hour_from < plan.hour_to <= 1440:
        errors["hour_to"] = _("The end must be after the beginning.")
    return errors


def last_moment(end: dt.datetime) -> dt.datetime:
    """An instant of the last day before an exclusive end: what lists show as a date."""
    return end - dt.timedelta(seconds=1)
