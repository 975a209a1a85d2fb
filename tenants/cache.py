"""Cache keys begin with the site's id; outside a wall there is no cache."""

from __future__ import annotations

from tenants.walls import WallError, current_wall


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION. Raises WallError where no site is open."""
    wall = current_wall()
    if wall is None or wall.site_id is None:
        raise WallError("the cache was used outside a wall")
    return f"{key_prefix}:{wall.site_id.hex}:{version}:{key}"
