"""What a merchant may buy now."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils.translation import gettext_lazy as _

from agents.purchases.choices import Kind
from agents.purchases.errors import NotForYou
from agents.queries import companies
from credits.pricing.queries import book
from credits.pricing.queries.book import Offer
from merchants.models import Merchant
from tenants.models import Site

PACKS = frozenset({Kind.COUPON_PACK, Kind.UI_PACK, Kind.BI_PACK})


def kinds_for(merchant: Merchant) -> frozenset[str]:
    """The kinds of the price book that are open to this merchant.

    A temporary merchant buys coupon and temporary UI packages, and may move to the annual plan at any time. An annual
    one buys packages while it is active, and its fee always. Nothing is sold to a suspended or archived merchant.
    """
    state = Merchant.State
    if merchant.state in {state.SUSPENDED, state.ARCHIVED}:
        return frozenset()
    if merchant.plan == Merchant.Plan.TEMPORARY:
        return frozenset({Kind.COUPON_PACK, Kind.TEMPORARY_UI_PACK, Kind.ANNUAL_FEE})
    return frozenset({Kind.ANNUAL_FEE}) | (PACKS if merchant.state == state.ACTIVE else frozenset())


def begins_plan(merchant: Merchant, kind: str) -> bool:
    """Whether buying `kind` makes a waiting merchant active."""
    return kind == Kind.ANNUAL_FEE or merchant.plan == Merchant.Plan.TEMPORARY


def list_offers(*, merchant: Merchant, site: Site, now: dt.datetime) -> list[Offer]:
    """The offers open to `merchant`, in the book's order. At level site: prices of agents are its business."""
    return book.offers(
        country=merchant.country, currency=site.currency, agent_id=agent_of(site), now=now, kinds=kinds_for(merchant)
    )


def get_offer(*, item_id: uuid.UUID, merchant: Merchant, site: Site, now: dt.datetime) -> Offer:
    """One item at the price that holds for `merchant`. Raises NoSuchOffer."""
    return book.offer(
        item_id=item_id, country=merchant.country, currency=site.currency, agent_id=agent_of(site), now=now
    )


def agent_of(site: Site) -> uuid.UUID | None:
    """The agent whose wallet pays for purchases on this site; None on the platform's own.

    Raises NotForYou for an agent's site whose agent is not there: nothing is sold that nobody would pay for.
    """
    if site.kind != Site.Kind.AGENT:
        return None
    found = companies.of_site(site.id)
    if found is None:
        raise NotForYou(_("Nothing can be sold here yet. Ask the site's staff."))
    return found.id
