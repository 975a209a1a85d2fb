"""The registry: sites, their domains, and the lists the platform keeps for everybody."""

from tenants.models.domain import Domain
from tenants.models.listentry import ListEntry
from tenants.models.site import Site

__all__ = ["Domain", "ListEntry", "Site"]
