"""A merchant's people as its own area shows them. At level merchant only names and addresses of users can be read."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When

from accounts.models import Invitation, Membership, User
from kernel.errors import NotFound
from merchants.models import Branch


def list_members() -> QuerySet[Membership]:
    """Everybody who works here, with name, address and branch."""
    user = User.objects.filter(id=OuterRef("user_id"))
    branch = Branch.objects.filter(id=OuterRef("branch_id"))
    shown = Case(When(active=True, then=Value("active")), default=Value("disabled"), output_field=CharField())
    return Membership.objects.defer("pin").annotate(
        name=Subquery(user.values("name")), email=Subquery(user.values("email")),
        seen_at=Subquery(user.values("last_login")), branch_name=Subquery(branch.values("name")), state=shown,
    )  # fmt: skip


def get_member(member_id: uuid.UUID) -> Any:
    """One of the merchant's people. Raises NotFound."""
    found = list_members().filter(id=member_id).first()
    if found is None:
        raise NotFound("")
    return found


def list_invitations() -> QuerySet[Invitation]:
    """Invitations that wait for an answer, newest first."""
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None).order_by("-created_at")


def branch_choices() -> list[tuple[str, str]]:
    """Open branches for a form."""
    return [
        (str(pk), name) for pk, name in Branch.objects.filter(active=True).order_by("name").values_list("pk", "name")
    ]
