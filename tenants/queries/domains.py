"""Domains of a site."""

from __future__ import annotations

import uuid

from tenants.models import Domain, Site


def list_domains(site: Site) -> list[Domain]:
    """Those in use or waiting for proof, the main one first."""
    found = Domain.objects.filter(tenant=site).exclude(state=Domain.State.RELEASED)
    return list(found.order_by("-is_primary", "created_at"))


def get_domain(site: Site, domain_id: uuid.UUID) -> Domain | None:
    """A domain of this site."""
    return Domain.objects.filter(tenant=site, id=domain_id).exclude(state=Domain.State.RELEASED).first()
