"""The demo's tags: every merchant has its VIPs and its regulars, and some a word of their own, in Arabic too."""

from __future__ import annotations

import datetime as dt

from accounts.actors import Actor
from accounts.models import Membership
from merchants.models import Merchant, MerchantCustomer
from merchants.queries.tags import list_tags
from merchants.services import tags
from tenants.queries import sites
from tenants.walls import wall

# Which customers carry it: every so many, beginning with that one.
EVERYWHERE = (("VIP", 7, 0), ("Regular", 3, 1))
OWN = {
    "Mona's Coffee": ("يحب القهوة المختصة", 4, 2),
    "Warda Sweets": ("طلبات المناسبات", 4, 2),
    "Fitline Gym": ("Mornings", 5, 3),
}  # fmt: skip


def seed(now: dt.datetime) -> None:
    """Once for each merchant; one that uses tags is left alone."""
    for site in sites.list_sites():
        with wall(site, "site"):
            for merchant in Merchant.objects.order_by("number"):
                if not list_tags(merchant.id):
                    _tag(merchant, now)


def _tag(merchant: Merchant, now: dt.datetime) -> None:
    member = Membership.objects.select_related("user").filter(merchant_id=merchant.id, role="owner").first()
    if member is None:
        return
    owner = Actor(
        "merchant", member.user.name, member.user_id, "merchant", frozenset({"owner"}), merchant_id=merchant.id
    )
    rows = MerchantCustomer.objects.filter(merchant=merchant, customer__erased_at=None).order_by("first_at", "id")
    ids = list(rows.values_list("id", flat=True)[: tags.MOST_AT_ONCE])
    for tag, every, first in (*EVERYWHERE, *([OWN[merchant.brand_name]] if merchant.brand_name in OWN else [])):
        tags.add(merchant=merchant, row_ids=ids[first::every], tag=tag, actor=owner, now=now)
