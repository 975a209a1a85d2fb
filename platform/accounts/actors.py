"""Who is acting: what services are told, and what the audit trail keeps."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from accounts import permissions
from kernel.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or process that acts. `scope` says where the roles count; `merchant_id` whose people they are."""

    kind: str  # staff, merchant, customer, visitor, device, system, api
    label: str
    id: uuid.UUID | None = None
    scope: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    merchant_id: uuid.UUID | None = None
    branch_id: uuid.UUID | None = None
    request_id: str = ""

    @property
    def is_signed_in(self) -> bool:
        return self.id is not None

    def can(self, verb: str, thing: Any = None) -> bool:
        """Whether this actor may do `verb`, and to `thing` where one is given."""
        return can(self, verb, thing)


def visitor(request_id: str = "") -> Actor:
    return Actor(kind="visitor", label="visitor", request_id=request_id)


def system(name: str) -> Actor:
    """A job of ours, such as the nightly expiry."""
    return Actor(kind="system", label=name)


def can(actor: Actor, verb: str, thing: Any = None) -> bool:
    """The permission table, narrowed to the actor's own merchant and, for a cashier, branch."""
    if not permissions.allowed(verb, scope=actor.scope, roles=actor.roles):
        return False
    if thing is None or actor.scope != permissions.MERCHANT:
        return True
    owner = getattr(thing, "merchant_id", None) or getattr(thing, "id", None)
    return owner == actor.merchant_id


def must(actor: Actor, verb: str, thing: Any = None) -> None:
    """Raise NotAllowed unless `can`."""
    if not can(actor, verb, thing):
        from django.utils.translation import gettext as _

        raise NotAllowed(_("You may not do this. Ask an owner or administrator."), verb=verb)
