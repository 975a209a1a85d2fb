"""The few numbers of the console, and merchants as the bank and the registry know them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from accounts.actors import Actor
from agents.queries import companies
from credits.choices import AccountKind, CreditUnit, OwnerType
from credits.models import Account
from credits.queries import balances
from merchants.library.models import LibraryTemplate
from tenants.models import MerchantCard, Site
from tenants.queries import cards


@dataclass(frozen=True, slots=True)
class Figures:
    agents: int
    creating: int
    suspended: int
    merchants: int
    waiting: int
    main_merchants: int
    templates: int
    coupon_credits: int


def figures(actor: Actor) -> Figures:
    """Counts over what `actor` may see, now."""
    states = dict(
        Site.objects.filter(id__in=companies.list_agents(actor).values("site_id"))
        .values_list("state")
        .annotate(Count("id"))
    )
    seen = list_merchants(actor).exclude(state="archived")
    credit = Account.objects.filter(
        kind=AccountKind.WALLET, unit=CreditUnit.COUPON, owner_type=OwnerType.MERCHANT
    ).aggregate(sum=Sum("balance"))["sum"]
    return Figures(
        agents=sum(states.values()),
        creating=states.get(Site.State.CREATING, 0),
        suspended=states.get(Site.State.SUSPENDED, 0),
        merchants=seen.count(),
        waiting=seen.filter(state__in=["registered", "pending_payment", "pending_wallet"]).count(),
        main_merchants=seen.filter(site__kind=Site.Kind.MAIN).count(),
        templates=LibraryTemplate.objects.filter(enabled=True).count(),
        coupon_credits=int(credit or 0),
    )


def list_merchants(actor: Actor) -> QuerySet[MerchantCard]:
    """The cards of the merchants `actor` may see."""
    return cards.list_cards(sites=companies.visible_sites(actor))


def with_balances(rows: QuerySet[MerchantCard]) -> QuerySet[MerchantCard]:
    """Each card with its three balances."""
    return balances.with_balances(rows)


def get_merchant(merchant_id: uuid.UUID, actor: Actor) -> MerchantCard | None:
    """One card `actor` may see, with its balances."""
    return with_balances(list_merchants(actor)).filter(id=merchant_id).first()
