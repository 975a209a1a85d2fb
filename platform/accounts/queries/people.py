"""Roles and memberships of a person, and the staff of a site."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from accounts.models import Invitation, Membership, RoleGrant, User
from accounts.permissions import SITE, holders
from accounts.roles import MerchantRole


def staff_roles(user: User) -> frozenset[str]:
    """The staff roles `user` holds; none when deactivated."""
    if not user.is_active:
        return frozenset()
    return frozenset(RoleGrant.objects.filter(user=user).values_list("role", flat=True))


def memberships(user: User) -> list[Membership]:
    """The merchants `user` works for, oldest first."""
    return list(Membership.objects.filter(user=user, active=True).order_by("created_at"))


def list_staff() -> QuerySet[User]:
    """People with at least one staff role, or who had one and were deactivated."""
    return User.objects.filter(role_grants__isnull=False).distinct().prefetch_related("role_grants")


def get_staff(user_id: uuid.UUID) -> User | None:
    """A person of the staff, switched off ones included."""
    return list_staff().filter(id=user_id).first()


def held_roles(user: User) -> frozenset[str]:
    """The staff roles `user` holds, in force or (switched off) waiting."""
    return frozenset(RoleGrant.objects.filter(user=user).values_list("role", flat=True))


def list_invitations() -> QuerySet[Invitation]:
    """Invitations to the staff that were neither accepted nor withdrawn."""
    return Invitation.objects.filter(merchant_id=None, accepted_at=None, withdrawn_at=None)


def staff_emails(verb: str, scope: str = SITE) -> list[str]:
    """Addresses of the active staff who may do `verb`, sorted."""
    grants = RoleGrant.objects.filter(role__in=holders(verb, scope), user__is_active=True)
    return sorted({email for email in grants.values_list("user__email", flat=True) if email})


def owner_emails(merchant_id: uuid.UUID) -> list[str]:
    """Addresses of a merchant's active owners, sorted."""
    owners = Membership.objects.filter(
        merchant_id=merchant_id, role=MerchantRole.OWNER, active=True, user__is_active=True
    )
    return sorted({email for email in owners.values_list("user__email", flat=True) if email})
