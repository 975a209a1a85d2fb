"""Which agents a person of the console has in care: object grants on a group of that person, a few rows.

Whoever has none sees all agents that the role lets one see.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from guardian.models import GroupObjectPermission

from accounts.actors import Actor, must
from accounts.models import User
from accounts.services import audit
from agents.models import Agent
from agents.queries import care

CODENAME = care.CODENAME


def set_care(*, user: User, agents: Collection[uuid.UUID], actor: Actor, now: dt.datetime) -> None:
    """Let `user` see exactly these agents, or all of them where the list is empty. Raises NotAllowed."""
    must(actor, "staff.manage")
    known = {agent.id: agent for agent in Agent.objects.filter(id__in=list(agents))}
    with transaction.atomic():
        before = sorted(str(found) for found in care.list_cared(user.id))
        kind = ContentType.objects.get_for_model(Agent)
        permission, _made = Permission.objects.get_or_create(
            content_type=kind, codename=CODENAME, defaults={"name": "Has the agent in care"}
        )
        group, _made = Group.objects.get_or_create(name=f"care {user.id}")
        group.user_set.add(user)
        GroupObjectPermission.objects.filter(group=group, permission=permission).delete()
        GroupObjectPermission.objects.bulk_create(
            [
                GroupObjectPermission(group=group, permission=permission, content_type=kind, object_pk=str(agent_id))
                for agent_id in known
            ]
        )
        after = sorted(str(agent_id) for agent_id in known)
        if before != after:
            audit.record("staff.care", user, actor=actor, now=now, before={"agents": before}, after={"agents": after})
