"""Finding a site by host or id, behind the registry wall and through a short cache in this process."""

from __future__ import annotations

import time
import uuid

from django.conf import settings

from tenants.models import Domain, Site
from tenants.walls import registry
from tenants.walls.levels import MASTER_ID

CACHE_SECONDS = 5.0
MISSING_SECONDS = 1.0  # a host that serves nothing yet is looked up again soon: a new site must answer at once
_by_host: dict[str, tuple[float, Site | None]] = {}


def normalise_host(host: str) -> str:
    """The host without port and trailing dot, in lower case."""
    return host.rsplit(":", 1)[0].rstrip(".").lower() if not host.endswith("]") else host.lower()


def find_by_host(host: str) -> Site | None:
    """The site that serves `host`, or None. At most five seconds old; `forget` empties the cache."""
    name = normalise_host(host)
    found = _by_host.get(name)
    if found and found[0] > time.monotonic():
        return found[1]
    with registry():
        domain = Domain.objects.select_related("tenant").filter(domain=name, state=Domain.State.ACTIVE).first()
    site = domain.tenant if domain else None
    if len(_by_host) > 10_000:  # unknown hosts must not fill the memory
        _by_host.clear()
    keep = CACHE_SECONDS if site is not None and site.ready else MISSING_SECONDS
    _by_host[name] = (time.monotonic() + keep, site)
    return site


def get_site(site_id: uuid.UUID) -> Site:
    """A site by id. Raises Site.DoesNotExist."""
    with registry():
        found: Site = Site.objects.get(id=site_id)
    return found


def list_sites(*, kinds: tuple[str, ...] = ("main", "agent")) -> list[Site]:
    """Every ready site of these kinds, suspended ones included, oldest first."""
    with registry():
        return list(Site.objects.filter(ready=True, kind__in=kinds).order_by("created_at"))


def console() -> Site:
    """The console's own. Raises Site.DoesNotExist before it was made."""
    return get_site(uuid.UUID(MASTER_ID))


def main_site() -> Site:
    """The platform's own site. Raises Site.DoesNotExist before it was made."""
    with registry():
        found: Site = Site.objects.get(kind=Site.Kind.MAIN)
    return found


def primary_domain(site: Site) -> str:
    """The host that links to the site name."""
    with registry():
        domain = Domain.objects.filter(tenant=site, state=Domain.State.ACTIVE).order_by("-is_primary").first()
    return domain.domain if domain else ""


def base_url(site: Site) -> str:
    """`https://host` of the site's primary domain: what links in mails and codes begin with, never a request's Host."""
    scheme = "https" if settings.HTTPS else "http"
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{scheme}://{primary_domain(site)}{port}"


def forget() -> None:
    """Empty this process's host cache."""
    _by_host.clear()
