"""A merchant's automations: what is set, on and off."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel import clock
from kernel.errors import DomainError
from merchants import locks as merchant_locks
from merchants import words
from merchants.models import Batch, Merchant
from messaging import festivals
from messaging.automations import dates, locks
from messaging.automations.choices import TRIGGERS, Kind, PauseReason, State
from messaging.automations.models import Automation
from messaging.automations.services import retracting, wordings

DEFAULTS: dict[str, dict[str, Any]] = {
    Kind.BIRTHDAY: {"days_before": 3},
    Kind.RECALL: {"days": 45},
    Kind.FESTIVAL: {"days_before": 2, "festivals": ["eid_al_fitr", "eid_al_adha"]},
    Kind.REMINDER: {"days": 3},
}
OF_THE_BATCH = {PauseReason.NO_COUPONS, PauseReason.NOT_DRAWN}
SET = ("purpose", "batch_id", "daily_cap", "quiet_from", "quiet_to", "days_before", "days_after", "days", "festivals")


class NotForTemporary(DomainError):
    code = "not_for_temporary"
    status = 403


class BadSetting(DomainError):
    """`field` says which."""

    code = "bad_setting"


@dataclass(frozen=True)
class Setting:
    """What the form of one kind says."""

    on: bool
    batch_id: uuid.UUID | None = None
    daily_cap: int = 200
    quiet_from: int = 21
    quiet_to: int = 9
    days_before: int | None = None
    days_after: int | None = None
    days: int | None = None
    festivals: tuple[str, ...] = ()
    purpose: str = ""


def must_be_annual(merchant: Merchant) -> None:
    """Raises NotForTemporary."""
    if merchant.plan != Merchant.Plan.ANNUAL:
        raise NotForTemporary(_("Automations are part of the annual plan."))


def get_or_new(merchant: Merchant, kind: str, *, now: dt.datetime) -> Automation:
    """The merchant's automation of a kind; where it was never touched, one that is not saved."""
    found = Automation.objects.filter(merchant_id=merchant.id, kind=kind).select_related("batch").first()
    return found or Automation(merchant_id=merchant.id, kind=kind, changed_at=now, **DEFAULTS[kind])


def edit(*, merchant: Merchant, kind: str, setting: Setting, actor: Actor, now: dt.datetime) -> Automation:
    """Save the settings of a kind and switch it on or off. Raises NotAllowed, NotForTemporary, BadSetting.

    What is paused stays so, but for what lacked coupons, or their picture: another batch may be chosen now.
    """
    must(actor, "automation.manage", merchant)
    must_be_annual(merchant)
    _check(merchant, Kind(kind), setting, now)
    with transaction.atomic():
        merchant_locks.merchant(merchant.id)  # so that two who save it first at once do so one after the other
        found = locks.automation(merchant.id, kind) or Automation(merchant_id=merchant.id, kind=kind)
        before = _shown(found)
        wordings.must_be_one_of(TRIGGERS[Kind(kind)], setting.purpose, kept=found.purpose)
        for name in SET:
            setattr(found, name, list(setting.festivals) if name == "festivals" else getattr(setting, name))
        rests = found.state == State.PAUSED and found.pause_reason not in OF_THE_BATCH
        if not (setting.on and rests):
            found.state, found.pause_reason = State.ON if setting.on else State.OFF, PauseReason.NONE
        found.changed_at = now
        found.save()
        if before["state"] != State.OFF and not setting.on:
            retracting.call_off(found.id, now=now)
        audit.record("automation.edited", found, actor=actor, now=now, before=before, after=_shown(found))
    return found


def _shown(automation: Automation) -> dict[str, Any]:
    return {name: getattr(automation, name) for name in (*SET, "state")}


def _check(merchant: Merchant, kind: Kind, setting: Setting, now: dt.datetime) -> None:
    if setting.on and kind != Kind.REMINDER and setting.batch_id is None:
        raise BadSetting(_("Choose the batch that it gives coupons from."), field="batch")
    if setting.batch_id and not usable_batches(merchant.id, now=now).filter(id=setting.batch_id).exists():
        raise BadSetting(_("Choose one of your own batches that still has coupons."), field="batch")
    if kind == Kind.BIRTHDAY and setting.days_before is None and setting.days_after is None:
        raise BadSetting(_("Say how many days before or after the birthday."), field="days_before")
    for name in ("days_before", "days_after"):
        if (getattr(setting, name) or 0) > dates.FURTHEST:
            raise BadSetting(_("At most %(days)s days.") % {"days": dates.FURTHEST}, field=name)
    if kind in {Kind.RECALL, Kind.REMINDER} and not setting.days:
        raise BadSetting(_("Say how many days."), field="days")
    if kind == Kind.FESTIVAL:
        _check_festivals(merchant, setting, now)


def _check_festivals(merchant: Merchant, setting: Setting, now: dt.datetime) -> None:
    known = {one.code for one in festivals.list_festivals(merchant.country)}
    if (not setting.festivals and setting.on) or not set(setting.festivals) <= known:
        raise BadSetting(_("Switch at least one festival on."), field="festivals")
    batch = Batch.objects.get(id=setting.batch_id) if setting.on and setting.batch_id else None
    ends = ends_before_festival(setting, batch, merchant, today=clock.local_date(now, merchant.time_zone))
    if ends:
        raise BadSetting(
            _("This batch ends on %(day)s, before anybody is greeted: choose another.")
            % {"day": date_format(ends, "j F Y")},
            field="batch",
        )


def next_festival(of: Automation | Setting, merchant: Merchant, *, today: dt.date) -> festivals.Occurrence | None:
    """The next festival that is switched on."""
    coming = festivals.occurrences(merchant.country, start=today, end=today + festivals.HORIZON)
    return next((one for one in coming if one.festival.code in of.festivals), None)


def ends_before_festival(
    of: Automation | Setting, batch: Batch | None, merchant: Merchant, *, today: dt.date
) -> dt.date | None:
    """The last day on which `batch` gives coupons, where the greetings of the next festival begin only after it."""
    coming = next_festival(of, merchant, today=today)
    if batch is None or coming is None:
        return None
    ends = words.last_day(batch.claim_until, merchant.time_zone)
    return ends if ends < coming.day - dt.timedelta(days=of.days_before or 0) else None


def usable_batches(merchant_id: uuid.UUID, *, now: dt.datetime) -> QuerySet[Batch]:
    """Batches that can give online coupons now or later."""
    return Batch.objects.filter(
        merchant_id=merchant_id, state__in=[Batch.State.ACTIVE, Batch.State.PAUSED], sold_out=False,
        claim_until__gt=now, print_quantity__lt=F("quantity"),
    ).order_by("-created_at")  # fmt: skip
