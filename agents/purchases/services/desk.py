"""From a merchant's own pages to level site and back, for that merchant's purchases only."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from agents.purchases.errors import NoSuchPurchase
from tenants.models import Site
from tenants.walls import WallError, current_site, current_wall, wall


@contextmanager
def at_the_desk(merchant_id: uuid.UUID | None = None) -> Iterator[Site]:
    """Run the block at level site. Level merchant steps up for its own merchant only: raises NoSuchPurchase else.

    Prices, the agent's wallet and the site's payment keys are not a merchant's to read, and buying needs them.
    """
    found = current_wall()
    if found is None or found.level not in {"site", "merchant"}:
        raise WallError("purchases are made at level merchant or site")
    if found.level == "merchant" and str(merchant_id) != found.merchant:
        raise NoSuchPurchase
    site = current_site()
    with wall(site, "site") if found.level == "merchant" else nullcontext():
        yield site
