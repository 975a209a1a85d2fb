"""Ordering, suspending and reopening a site: rows of the registry, written by the console."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kernel.ids import uuid7
from kernel.services import outbox
from tenants.errors import AddressTaken, SlugRefused
from tenants.models import Domain, Site
from tenants.queries import sites
from tenants.walls.levels import MASTER_ID

TOPIC = "provision.site"
SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])")
RESERVED = frozenset({
    "account", "admin", "api", "app", "assets", "billing", "cdn", "console", "couponry", "dev", "docs", "ftp", "help",
    "imap", "internal", "live", "localhost", "mail", "main", "master", "media", "ns", "ns1", "ns2", "platform", "pop",
    "root", "smtp", "staging", "static", "status", "support", "test", "webmail", "www"
})  # fmt: skip


def host_of(slug: str) -> str:
    """The first host of a site: a sub-domain of the platform. Raises SlugRefused."""
    if not SLUG.fullmatch(slug) or slug in RESERVED or slug.startswith("xn--"):
        raise SlugRefused()
    return f"{slug}.{settings.SITES_SUFFIX}"


def order(*, slug: str, name: str, now: dt.datetime, **brand: Any) -> Site:
    """Write an agent's site and its first domain, and ask the provision process to make it.

    In the caller's transaction, at the console's level. Raises SlugRefused, AddressTaken.
    """
    host = host_of(slug)
    with transaction.atomic():
        # One order at a time: the console's own row is the lock for numbers and names.
        Site.objects.select_for_update().get(id=MASTER_ID)
        if host == settings.PLATFORM_HOST or Domain.objects.filter(domain=host).exists():
            raise AddressTaken("slug")
        site_id = uuid7()
        site = Site(
            id=site_id,
            schema_name=f"s{site_id.hex}",
            type="site",
            kind=Site.Kind.AGENT,
            name=name,
            created_at=now,
            number=(Site.objects.aggregate(top=Max("number"))["top"] or 1000) + 1,
            **brand,
        )
        site.save(force_insert=True)
        Domain.objects.create(
            tenant=site, domain=host, is_primary=True, state=Domain.State.ACTIVE, created_at=now, verified_at=now
        )
        announce(site=site, now=now)
    return site


def announce(*, site: Site, now: dt.datetime) -> None:
    """Ask the provision process for this site, again where the first time failed. Safe to repeat."""
    outbox.emit(TOPIC, site_id=uuid.UUID(MASTER_ID), now=now, site_id_to_make=str(site.id))


def suspend(*, site: Site, now: dt.datetime) -> bool:
    """Show a neutral page and refuse sign-in. False where it is suspended already or not open yet."""
    changed = Site.objects.filter(id=site.id, state=Site.State.ACTIVE).update(
        state=Site.State.SUSPENDED, suspended_at=now
    )
    sites.forget()
    return bool(changed)


def reopen(*, site: Site) -> bool:
    """Open a suspended site again. False where it is not suspended."""
    changed = Site.objects.filter(id=site.id, state=Site.State.SUSPENDED).update(
        state=Site.State.ACTIVE, suspended_at=None
    )
    sites.forget()
    return bool(changed)
