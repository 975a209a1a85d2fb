"""Roles and memberships of a person, and the staff of a site."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Membership, RoleGrant, User


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
