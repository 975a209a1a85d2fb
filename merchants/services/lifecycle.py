"""A merchant's life on a site: made by the office or by itself, active while its plan runs, suspended, archived.

Only a purchase gives time (agents.purchases): nothing else makes a merchant active.

Coupons that are out stay redeemable whatever happens here. The card in the registry follows every change.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.models import User
from accounts.roles import MerchantRole
from accounts.services import arrivals, audit, invitations
from credits.services import wallets
from merchants import locks
from merchants.errors import WrongState
from merchants.models import Merchant
from tenants.services import cards
from tenants.walls import current_site

State = Merchant.State
NOT_YET = frozenset({State.REGISTERED, State.PENDING_PAYMENT, State.PENDING_WALLET, State.EXPIRED})
# A merchant that was never active waits in one of these; one whose plan ran out stays `expired` while it pays.
WAITING = frozenset({State.REGISTERED, State.PENDING_PAYMENT, State.PENDING_WALLET})
PUT_AWAY = frozenset({State.SUSPENDED, State.ARCHIVED})


class Period(NamedTuple):
    """Half-open: active from `start`, no longer at `end`."""

    start: dt.datetime
    end: dt.datetime


EDITABLE = (
    "brand_name",
    "brand_name_ar",
    "legal_name",
    "category",
    "business_type",
    "country",
    "city",
    "address",
    "contact_name",
    "contact_email",
    "contact_phone",
)


def create(*, owner_name: str, owner_email: str, actor: Actor, now: dt.datetime, **fields: Any) -> Merchant:
    """Register a merchant, open its three wallets and invite its owner. Raises NotAllowed, AlreadyThere."""
    must_manage(actor)
    with transaction.atomic():
        merchant = _make(contact_name=owner_name, contact_email=owner_email, actor=actor, now=now, **fields)
        invitations.invite_member(
            email=owner_email, name=owner_name, merchant_id=merchant.id, role=MerchantRole.OWNER, actor=actor, now=now
        )
    return merchant


def register(
    *, owner_name: str, owner_email: str, password: str, actor: Actor, now: dt.datetime, **fields: Any
) -> tuple[Merchant, User]:
    """Make a merchant that registered itself, and its owner's account; the caller has proved the address.

    Raises AlreadyThere where the address has an account on this site.
    """
    with transaction.atomic():
        merchant = _make(contact_name=owner_name, contact_email=owner_email, actor=actor, now=now, **fields)
        owner = arrivals.make_member(
            email=owner_email, name=owner_name, password=password, merchant_id=merchant.id, role=MerchantRole.OWNER,
            now=now,
        )  # fmt: skip
    return merchant, owner


def _make(*, actor: Actor, now: dt.datetime, **fields: Any) -> Merchant:
    """A merchant with its three wallets and its card in the registry."""
    site = current_site()
    with transaction.atomic():
        locks.numbers(site.id)
        number = (Merchant.objects.aggregate(top=Max("number"))["top"] or 0) + 1
        merchant = Merchant.objects.create(
            **{
                "number": number,
                "slug": _free_slug(fields["brand_name"], number),
                "country": site.country,
                "time_zone": site.time_zone,
                "state": State.REGISTERED,
                "created_at": now,
                **fields,
            }
        )
        wallets.open_for_merchant(merchant_id=merchant.id, now=now)
        cards.keep(merchant=merchant, now=now)
        audit.record(
            "merchant.created",
            merchant,
            actor=actor,
            now=now,
            after={"brand_name": merchant.brand_name, "plan": merchant.plan, "state": merchant.state},
        )
    return merchant


def edit(*, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime, **fields: Any) -> Merchant:
    """Change what the office may change of a merchant. Raises NotAllowed."""
    must_manage(actor)
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        changed = {name: value for name, value in fields.items() if name in EDITABLE}
        before = {name: getattr(merchant, name) for name in changed}
        for name, value in changed.items():
            setattr(merchant, name, value)
        merchant.save(update_fields=list(changed))
        cards.keep(merchant=merchant, now=now)
        if before != changed:
            audit.record("merchant.edited", merchant, actor=actor, now=now, before=before, after=changed)
    return merchant


def give_year(*, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime, reason: str = "") -> Period:
    """An annual fee was paid: a year from now, or from the end of the year that still runs. Locks the merchant.

    A suspended or archived merchant gets its year too, and stays what it is until it is reopened.
    """
    merchant = locks.merchant(merchant_id)
    runs = merchant.plan == Merchant.Plan.ANNUAL and merchant.active_until is not None and merchant.active_until > now
    start = merchant.active_until if runs and merchant.active_until else now
    period = Period(start, a_year_after(start))
    _give(merchant, Merchant.Plan.ANNUAL, period, actor, now, reason)
    return period


def give_days(*, merchant_id: uuid.UUID, days: int, actor: Actor, now: dt.datetime, reason: str = "") -> Period | None:
    """A temporary merchant bought: `days` from its first purchase; None while these still run. Locks the merchant."""
    merchant = locks.merchant(merchant_id)
    if merchant.active_until is not None and merchant.active_until > now:
        return None
    period = Period(now, now + dt.timedelta(days=days))
    _give(merchant, Merchant.Plan.TEMPORARY, period, actor, now, reason)
    return period


def take_time_back(
    *, merchant_id: uuid.UUID, unused: dt.timedelta, actor: Actor, now: dt.datetime, reason: str
) -> None:
    """A fee was paid back: the plan ends `unused` earlier, now at the earliest. Locks the merchant."""
    merchant = locks.merchant(merchant_id)
    if merchant.active_until is None or merchant.active_until <= now:
        return
    merchant.active_until = max(now, merchant.active_until - unused)
    merchant.save(update_fields=["active_until"])
    if merchant.active_until <= now and merchant.state == State.ACTIVE:
        _move(merchant, State.EXPIRED, "merchant.expired", actor, now, reason)


def wait_in(state: str, *, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    """Show that a merchant which was never active waits for its payment, its agent's wallet, or nothing yet."""
    merchant = locks.merchant(merchant_id)
    if merchant.state in WAITING and merchant.state != state:
        _move(merchant, state, "merchant.waits", actor, now, "")


def choose_plan(*, merchant_id: uuid.UUID, plan: str, actor: Actor, now: dt.datetime) -> None:
    """Change the plan of a merchant that is not active. Raises WrongState."""
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        if merchant.state not in NOT_YET or merchant.state == State.PENDING_WALLET:
            raise WrongState(
                _("The plan can be changed before it is paid, or after it has ended."), state=merchant.state
            )
        before, merchant.plan = merchant.plan, plan
        if before != plan:
            merchant.save(update_fields=["plan"])
            cards.keep(merchant=merchant, now=now)
            audit.record("merchant.plan", merchant, actor=actor, now=now, before={"plan": before}, after={"plan": plan})


def expire_due(*, actor: Actor, now: dt.datetime, limit: int = 500) -> int:
    """Expire the plans that ran out, one transaction each; how many."""
    due = Merchant.objects.filter(state=State.ACTIVE, active_until__lte=now).order_by("active_until")
    expired = 0
    for merchant_id in list(due.values_list("id", flat=True)[:limit]):
        with transaction.atomic():
            merchant = locks.merchant(merchant_id)
            # A renewal may have come between the look and the lock.
            if merchant.state == State.ACTIVE and merchant.active_until is not None and merchant.active_until <= now:
                _move(merchant, State.EXPIRED, "merchant.expired", actor, now, "")
                expired += 1
    return expired


def a_year_after(moment: dt.datetime) -> dt.datetime:
    """The same day and time a year later; 29 February becomes 1 March."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment.replace(year=moment.year + 1, month=3, day=1)


def suspend(*, merchant_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> Merchant:
    """Stop a merchant from generating and selling. Raises NotAllowed, WrongState."""
    must_manage(actor)
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        if merchant.state in {State.SUSPENDED, State.ARCHIVED}:
            raise WrongState(_("The merchant is suspended or archived already."), state=merchant.state)
        return _move(merchant, State.SUSPENDED, "merchant.suspended", actor, now, reason)


def reopen(*, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Merchant:
    """Take a suspension or an archiving back: to active while the plan runs, else to where activation waits."""
    must_manage(actor)
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        if merchant.state not in {State.SUSPENDED, State.ARCHIVED}:
            raise WrongState(_("The merchant is neither suspended nor archived."), state=merchant.state)
        if merchant.active_until is None:
            target = State.REGISTERED
        else:
            target = State.ACTIVE if merchant.active_until > now else State.EXPIRED
        return _move(merchant, target, "merchant.reopened", actor, now, "")


def archive(*, merchant_id: uuid.UUID, reason: str, actor: Actor, now: dt.datetime) -> Merchant:
    """Put a merchant away; its people can no longer do anything new. Raises NotAllowed, WrongState."""
    must_manage(actor)
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        if merchant.state == State.ARCHIVED:
            raise WrongState(_("The merchant is archived already."), state=merchant.state)
        return _move(merchant, State.ARCHIVED, "merchant.archived", actor, now, reason)


def must_manage(actor: Actor) -> None:
    """Staff of the site with `merchant.manage`, or a job of ours."""
    if actor.kind != "system":
        must(actor, "merchant.manage")


def _give(merchant: Merchant, plan: str, period: Period, actor: Actor, now: dt.datetime, reason: str) -> None:
    merchant.plan, merchant.active_until = plan, period.end
    merchant.activated_at = merchant.activated_at or now
    state = merchant.state if merchant.state in PUT_AWAY else State.ACTIVE
    verb = "merchant.renewed" if merchant.state == State.ACTIVE else "merchant.activated"
    _move(merchant, state, verb, actor, now, reason, also=["plan", "active_until", "activated_at"])


def _move(
    merchant: Merchant,
    state: str,
    verb: str,
    actor: Actor,
    now: dt.datetime,
    reason: str,
    also: list[str] | None = None,
) -> Merchant:
    before = merchant.state
    merchant.state = state
    merchant.save(update_fields=["state", *(also or [])])
    cards.keep(merchant=merchant, now=now)
    audit.record(
        verb, merchant, actor=actor, now=now, reason=reason, before={"state": str(before)}, after={"state": str(state)}
    )
    return merchant


def _free_slug(brand_name: str, number: int) -> str:
    """The brand's name as a part of an address; a name without Latin letters becomes `m-<number>`."""
    base = slugify(brand_name)[:50] or f"m-{number}"
    taken = set(Merchant.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return base if base not in taken else f"{base[:45]}-{number}"
