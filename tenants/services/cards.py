"""The cards of a site's merchants in the registry, kept beside every change of the merchant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tenants.models import MerchantCard
from tenants.walls import current_site


def keep(*, merchant: Any, now: dt.datetime) -> None:
    """Bring the card of `merchant` up to date, in the caller's transaction, at level site or its own."""
    shown = {"name": merchant.brand_name, "country": merchant.country, "city": merchant.city, "updated_at": now}
    # A merchant may change these columns and no more; state, plan and number only staff of the site.
    if MerchantCard.objects.filter(id=merchant.id).update(**shown):
        found = MerchantCard.objects.filter(id=merchant.id).exclude(state=merchant.state, plan=merchant.plan)
        if found.exists():
            found.update(state=merchant.state, plan=merchant.plan)
        return
    MerchantCard.objects.create(
        id=merchant.id, site_id=current_site().id, number=merchant.number, plan=merchant.plan, state=merchant.state,
        created_at=merchant.created_at, **shown,
    )  # fmt: skip
