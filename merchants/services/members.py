"""A merchant's people: owners and managers come by e-mail, cashiers by user name and PIN on a paired device.

People live behind the door of the site, so each write steps up from level merchant to level site for its block and
names its merchant itself.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from functools import lru_cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.models import Invitation, Membership, User
from accounts.roles import MerchantRole
from accounts.services import audit, invitations, sessions
from accounts.services.door import at_the_door
from kernel import limits
from kernel.errors import Conflict, DomainError, NotFound
from kernel.limits import Bucket
from merchants import locks
from merchants.models import Branch, Device
from tenants.walls import current_site

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")
_PIN = re.compile(r"[0-9]{4,8}")


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """Compared when nobody has the user name, so that the answer takes as long."""
    return make_password("0000000")


class UsernameTaken(Conflict):
    code = "username_taken"

    def __init__(self) -> None:
        super().__init__(_("Somebody here has this user name already."), field="username")


class BadCredentials(DomainError):
    """A user name or PIN that cannot be used; `field` says which."""

    code = "bad_credentials"
    status = 422


class LastOwner(Conflict):
    code = "last_owner"

    def __init__(self) -> None:
        super().__init__(_("This is the last owner. Make somebody else an owner first."))


class PinRefused(DomainError):
    """Wrong user name or PIN; which of them is not told."""

    code = "pin_refused"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("User name or PIN is wrong."))


def invite(
    *, email: str, name: str, role: str, actor: Actor, now: dt.datetime, branch_id: uuid.UUID | None = None
) -> Invitation:
    """Invite an owner or manager by e-mail. Raises NotAllowed, AlreadyThere, NoRole."""
    must(actor, "member.manage")
    assert actor.merchant_id is not None
    if role == MerchantRole.CASHIER:
        raise invitations.NoRole()
    return invitations.invite_member(
        email=email, name=name, merchant_id=actor.merchant_id, role=role, branch_id=_own_branch(branch_id), actor=actor,
        now=now,
    )  # fmt: skip


def add_cashier(
    *, name: str, username: str, pin: str, branch_id: uuid.UUID, actor: Actor, now: dt.datetime
) -> Membership:
    """A cashier of a branch, without e-mail. Raises NotAllowed, NotFound, BadCredentials, UsernameTaken."""
    must(actor, "member.manage")
    assert actor.merchant_id is not None
    username, hashed = _checked_username(username), _hashed(pin)
    branch = _own_branch(branch_id)
    with at_the_door(), transaction.atomic():
        user = User.objects.create_user(None, name=name.strip()[:120], created_at=now)
        try:
            with transaction.atomic():
                member = Membership.objects.create(
                    user=user, merchant_id=actor.merchant_id, role=MerchantRole.CASHIER, branch_id=branch,
                    username=username, pin=hashed, created_at=now,
                )  # fmt: skip
        except IntegrityError as error:
            raise UsernameTaken() from error
        audit.record("member.add", user, actor=actor, now=now, after={"role": "cashier", "username": username})
    return member


def set_pin(*, member_id: uuid.UUID, pin: str, actor: Actor, now: dt.datetime) -> None:
    """Give a cashier another PIN. Raises NotAllowed, NotFound, BadCredentials."""
    must(actor, "member.manage")
    hashed = _hashed(pin)
    with at_the_door(), transaction.atomic():
        member = _member(member_id, actor)
        if member.role != MerchantRole.CASHIER:
            raise NotFound(_("There is no such cashier."))
        member.pin = hashed
        member.save(update_fields=["pin"])
        audit.record("member.pin", member.user, actor=actor, now=now)
        user = member.user
    with at_the_door():
        sessions.end_all(user=user)


def change(
    *, member_id: uuid.UUID, role: str, actor: Actor, now: dt.datetime, branch_id: uuid.UUID | None = None
) -> Membership:
    """Change somebody's role or branch. A cashier stays one, and the others do not become one. Raises LastOwner."""
    must(actor, "member.manage")
    branch = _own_branch(branch_id)
    with at_the_door(), transaction.atomic():
        member = _member(member_id, actor)
        if (role == MerchantRole.CASHIER) != (member.role == MerchantRole.CASHIER) or role not in MerchantRole.values:
            raise invitations.NoRole()
        if member.role == MerchantRole.OWNER and role != MerchantRole.OWNER:
            _refuse_last_owner(member)
        before = {"role": member.role, "branch": member.branch_id}
        member.role, member.branch_id = role, branch
        member.save(update_fields=["role", "branch_id"])
        audit.record(
            "member.change", member.user, actor=actor, now=now, before=before, after={"role": role, "branch": branch}
        )
    return member


def deactivate(*, member_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Membership:
    """Shut somebody out of this merchant and end their sessions. Raises NotAllowed, NotFound, LastOwner."""
    must(actor, "member.manage")
    with at_the_door(), transaction.atomic():
        member = _member(member_id, actor)
        if member.role == MerchantRole.OWNER:
            _refuse_last_owner(member)
        _switch(member, actor, now, active=False)
    with at_the_door():
        sessions.end_all(user=member.user)
    return member


def reactivate(*, member_id: uuid.UUID, actor: Actor, now: dt.datetime) -> Membership:
    """Let somebody in again."""
    must(actor, "member.manage")
    with at_the_door(), transaction.atomic():
        member = _member(member_id, actor)
        _switch(member, actor, now, active=True)
    return member


def check_pin(*, device: Device, username: str, pin: str, now: dt.datetime) -> Membership:
    """The cashier who signs in on `device`: active, of its merchant, and of its branch or of all. Runs at level site.

    Raises PinRefused, limits.TooMany, limits.Unavailable: a PIN is short, so without limits nobody signs in.
    """
    typed = username.strip().lower()[:40]
    limits.must(
        Bucket("pin.device", str(device.id), 20, 600), Bucket("pin.user", f"{device.merchant_id}:{typed}", 6, 600),
        site_id=current_site().id, now=now, closed=True,
    )  # fmt: skip
    member = (
        Membership.objects.select_related("user")
        .filter(merchant_id=device.merchant_id, username=typed, active=True, user__is_active=True)
        .exclude(username="")
        .first()
    )
    right = check_password(pin, member.pin if member and member.pin else _nobodys())
    if member is None or not right or member.branch_id not in {None, device.branch_id}:
        raise PinRefused()
    return member


def _own_branch(branch_id: uuid.UUID | None) -> uuid.UUID | None:
    """The branch, checked behind the merchant's own wall."""
    if branch_id is None or Branch.objects.filter(id=branch_id).exists():
        return branch_id
    raise NotFound(_("There is no such branch."))


def _member(member_id: uuid.UUID, actor: Actor) -> Membership:
    """A membership of the actor's merchant, locked. At the door the merchant's wall does not help: it is named here."""
    assert actor.merchant_id is not None
    return locks.member(member_id, actor.merchant_id)


def _refuse_last_owner(member: Membership) -> None:
    if {owner.id for owner in locks.owners(member.merchant_id)} <= {member.id}:
        raise LastOwner()


def _switch(member: Membership, actor: Actor, now: dt.datetime, *, active: bool) -> None:
    if member.active == active:
        return
    member.active = active
    member.save(update_fields=["active"])
    verb = "member.reactivate" if active else "member.deactivate"
    audit.record(verb, member.user, actor=actor, now=now, before={"active": not active}, after={"active": active})


def _checked_username(username: str) -> str:
    typed = username.strip().lower()
    if not _USERNAME.fullmatch(typed):
        raise BadCredentials(
            _("3 to 40 letters, digits, points or hyphens, such as sara.k"), code="bad_username", field="username"
        )
    return typed


def _hashed(pin: str) -> str:
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1 or pin in "0123456789 9876543210":
        raise BadCredentials(_("4 to 8 digits, not all the same and not in a row."), code="bad_pin", field="pin")
    return make_password(pin)
