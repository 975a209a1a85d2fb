"""The step up to the door: users, invitations and sessions are nobody's but the site's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tenants.walls import WallError, current_site, current_wall, wall


@contextmanager
def at_the_door() -> Iterator[None]:
    """Run the block where people of this schema are kept. A merchant steps up from its own wall for the block."""
    found = current_wall()
    if found is None or found.level not in {"site", "master", "merchant"}:
        raise WallError("people are kept at the door of a site")
    if found.level != "merchant":
        yield
        return
    with wall(current_site(), "site"):
        yield
