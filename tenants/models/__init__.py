"""The registry: sites, domains, cards and months of merchants, and the lists the platform keeps for everybody."""

from tenants.models.domain import Domain
from tenants.models.listentry import ListEntry
from tenants.models.merchantcard import MerchantCard
from tenants.models.merchantmonth import MerchantMonth
from tenants.models.site import Site

__all__ = ["Domain", "ListEntry", "MerchantCard", "MerchantMonth", "Site"]
