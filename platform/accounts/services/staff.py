"""Roles of staff, and switching people off and on. The last Super Admin stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.models import RoleGrant, User
from accounts.roles import StaffRole
from accounts.services import audit, sessions
from accounts.services.invitations import NoRole
from kernel.errors import Conflict


class LastSuperAdmin(Conflict):
    """Nobody could manage the staff any more."""

    code = "last_super_admin"

    def __init__(self) -> None:
        super().__init__(_("This is the last Super Admin. Give somebody else the role first."))


def set_roles(*, user: User, roles: Collection[str], actor: Actor, now: dt.datetime) -> None:
    """Let `user` hold exactly these roles. Raises NotAllowed, NoRole, LastSuperAdmin."""
    must(actor, "staff.manage")
    wanted = set(roles)
    if not wanted or not wanted <= set(StaffRole.values):
        raise NoRole()
    with transaction.atomic():
        admins = _lock_admins()
        held = set(RoleGrant.objects.filter(user=user).values_list("role", flat=True))
        if StaffRole.SUPER_ADMIN in held - wanted:
            _refuse_last(admins, user)
        RoleGrant.objects.filter(user=user, role__in=held - wanted).delete()
        RoleGrant.objects.bulk_create(
            [RoleGrant(user=user, role=role, granted_at=now, granted_by=actor.id) for role in sorted(wanted - held)]
        )
        if held != wanted:
            audit.record(
                "staff.roles", user, actor=actor, now=now, before={"roles": sorted(held)},
                after={"roles": sorted(wanted)},
            )  # fmt: skip


def deactivate(*, user: User, actor: Actor, now: dt.datetime, reason: str = "") -> None:
    """Refuse `user` any sign-in and end all sessions. Raises NotAllowed, LastSuperAdmin."""
    must(actor, "staff.manage")
    with transaction.atomic():
        _refuse_last(_lock_admins(), user)
        if User.objects.filter(id=user.id, is_active=True).update(is_active=False, deactivated_at=now):
            audit.record(
                "staff.deactivated", user, actor=actor, now=now, reason=reason, before={"active": True},
                after={"active": False},
            )  # fmt: skip
    # After the commit: a session that is written meanwhile finds the user inactive.
    sessions.end_all(user=user)


def reactivate(*, user: User, actor: Actor, now: dt.datetime) -> None:
    """Let `user` sign in again with the roles held before. Raises NotAllowed."""
    must(actor, "staff.manage")
    with transaction.atomic():
        if User.objects.filter(id=user.id, is_active=False).update(is_active=True, deactivated_at=None):
            audit.record(
                "staff.reactivated", user, actor=actor, now=now, before={"active": False}, after={"active": True}
            )


def _lock_admins() -> set[object]:
    """Ids of those who are Super Admin and may sign in; locked, so that two cannot remove each other."""
    grants = RoleGrant.objects.select_for_update().filter(role=StaffRole.SUPER_ADMIN, user__is_active=True)
    # Mirrored people of the console come and go; the site must be able to manage itself without them.
    return set(grants.filter(user__mirror_of=None).order_by("id").values_list("user_id", flat=True))


def _refuse_last(admins: set[object], user: User) -> None:
    if admins == {user.id}:
        raise LastSuperAdmin()
