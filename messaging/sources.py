"""What sends messages by itself (automations, campaigns), as the wing that owns it tells this room: whether it rests,
and what it is called."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Owner:
    """`resting`: those of some whose queued messages have to wait. `names`: what the newest that this wall shows are
    called, and the one that is asked for however old it is."""

    resting: Callable[[Collection[uuid.UUID]], set[uuid.UUID]]
    names: Callable[[uuid.UUID | None], list[tuple[uuid.UUID, Any]]]


_owners: list[Owner] = []


def register(owner: Owner) -> None:
    """Called once by a wing, when the app is ready."""
    _owners.append(owner)


def resting(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of `ids` (automations or campaigns) that were stopped by a person. At level site."""
    return set().union(*(owner.resting(ids) for owner in _owners)) if ids else set()


def names(asked: uuid.UUID | None) -> list[tuple[uuid.UUID, Any]]:
    """What each is called."""
    return [pair for owner in _owners for pair in owner.names(asked)]
