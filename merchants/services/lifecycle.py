"""A merchant's life on a site: made by the office, activated by the platform, suspended, archived.

Coupons that are out stay redeemable whatever happens here. The card in the registry follows every change.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.roles import MerchantRole
from accounts.services import audit, invitations
from credits.services import wallets
from merchants import locks
from merchants.errors import WrongState
from merchants.models import Merchant
from tenants.models import Site
from tenants.services import cards
from tenants.walls import current_site

State = Merchant.State
VALIDITY = {Merchant.Plan.ANNUAL: dt.timedelta(days=365), Merchant.Plan.TEMPORARY: dt.timedelta(days=30)}
NOT_YET = frozenset({State.REGISTERED, State.PENDING_PAYMENT, State.PENDING_WALLET, State.EXPIRED})
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
    site = current_site()
    with transaction.atomic():
        # One registration at a time: the site's own row is the lock for numbers and slugs.
        Site.objects.select_for_update().only("id").get(id=site.id)
        number = (Merchant.objects.aggregate(top=Max("number"))["top"] or 0) + 1
        merchant = Merchant.objects.create(
            **{
                "number": number,
                "slug": _free_slug(fields["brand_name"], number),
                "country": site.country,
                "time_zone": site.time_zone,
                "state": State.REGISTERED,
                "created_at": now,
                "contact_name": owner_name,
                "contact_email": owner_email,
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
        invitations.invite_member(
            email=owner_email, name=owner_name, merchant_id=merchant.id, role=MerchantRole.OWNER, actor=actor, now=now
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


def activate(*, merchant_id: uuid.UUID, actor: Actor, now: dt.datetime, reason: str = "") -> Merchant:
    """Make a merchant active for the validity of its plan. Safe to repeat.

    The platform decides this: the console checks `merchant.activate` and sends it here as an event.
    """
    with transaction.atomic():
        merchant = locks.merchant(merchant_id)
        if merchant.state == State.ACTIVE:
            return merchant
        if merchant.state not in NOT_YET:
            raise WrongState(_("A suspended or archived merchant is reopened first."), state=merchant.state)
        merchant.activated_at = now
        merchant.active_until = now + VALIDITY[Merchant.Plan(merchant.plan)]
        return _move(
            merchant, State.ACTIVE, "merchant.activated", actor, now, reason, also=["activated_at", "active_until"]
        )


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
