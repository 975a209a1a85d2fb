"""Domains of a site with permission and audit trail; the rules stand in tenants.services.domains."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from tenants.models import Domain, Site
from tenants.services import domains


def add(*, site: Site, name: str, actor: Actor, now: dt.datetime) -> Domain:
    """Claim a domain. Raises NotAllowed, DomainRefused, AddressTaken."""
    must(actor, "domain.manage")
    with transaction.atomic():
        domain = domains.add(site=site, name=name, now=now)
        audit.record("domain.added", domain, actor=actor, now=now, after={"domain": domain.domain})
    return domain


def verify(*, domain: Domain, actor: Actor, now: dt.datetime, **look: Any) -> None:
    """Look for the proof. Raises NotAllowed, NotProved, AddressTaken."""
    must(actor, "domain.manage")
    domains.verify(domain=domain, now=now, **look)
    audit.record("domain.proved", domain, actor=actor, now=now, before={"state": "pending"}, after={"state": "active"})


def make_primary(*, domain: Domain, actor: Actor, now: dt.datetime) -> None:
    """Let links name this domain. Raises NotAllowed, DomainInUse."""
    must(actor, "domain.manage")
    with transaction.atomic():
        domains.make_primary(domain=domain)
        audit.record("domain.made_primary", domain, actor=actor, now=now, after={"main": True})


def release(*, domain: Domain, actor: Actor, now: dt.datetime) -> None:
    """Give a domain up. Raises NotAllowed, DomainInUse."""
    must(actor, "domain.manage")
    with transaction.atomic():
        domains.release(domain=domain, now=now)
        audit.record("domain.released", domain, actor=actor, now=now, after={"state": "released"})
