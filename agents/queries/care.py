"""Agents in a person's care."""

from __future__ import annotations

import uuid

from guardian.models import GroupObjectPermission

from accounts.actors import Actor
from accounts.roles import StaffRole

CODENAME = "care_agent"


def list_cared(user_id: uuid.UUID) -> set[uuid.UUID]:
    """The agents granted to the groups of this person; empty where nothing narrows them."""
    rows = GroupObjectPermission.objects.filter(group__user=user_id, permission__codename=CODENAME)
    return {uuid.UUID(found) for found in rows.values_list("object_pk", flat=True)}


def narrowed(actor: Actor) -> set[uuid.UUID] | None:
    """The only agents `actor` may see, or None for all. Nothing narrows a Super Admin."""
    if actor.id is None or StaffRole.SUPER_ADMIN in actor.roles:
        return None
    return list_cared(actor.id) or None
