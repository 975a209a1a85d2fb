"""Where merchants are: their cards by country and city, and the names of both in the language of the page."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from console.queries import overview
from tenants.models import ListEntry, MerchantCard

# The states of a merchant as this page tells them apart.
STATES: dict[str, tuple[str, ...]] = {
    "active": ("active",),
    "waiting": ("registered", "pending_payment", "pending_wallet"),
    "expired": ("expired",),
    "suspended": ("suspended",),
    "archived": ("archived",),
}


def named(rows: QuerySet[Any], language: str, *, card: str = "") -> QuerySet[Any]:
    """`rows` with `city_name` and `country_name`. `card` is the way from a row to its merchant's card."""
    language = "ar" if language == "ar" else "en"

    def name(kind: str) -> Coalesce:
        entry = ListEntry.objects.filter(kind=kind, code=OuterRef(f"{card}{kind}"))
        return Coalesce(Subquery(entry.values(f"name_{language}")[:1]), F(f"{card}{kind}"), output_field=CharField())

    found: QuerySet[Any] = rows.annotate(city_name=name("city"), country_name=name("country"))
    return found


def by_city(actor: Actor, language: str) -> QuerySet[MerchantCard]:
    """One card for each site, country and city, with how many merchants are there: all, and by state.

    The first card of a place stands for it, so that a list can page through places as through rows.
    """
    cards = overview.list_merchants(actor)
    place = ("site_id", "country", "city")
    first = cards.select_related(None).order_by(*place, "id").distinct(*place).values("id")
    there = MerchantCard.objects.filter(**{name: OuterRef(name) for name in place}).order_by().values("site_id")

    def number(**which: Any) -> Coalesce:
        return Coalesce(Subquery(there.filter(**which).annotate(n=Count("id")).values("n")), 0)

    counts = {state: number(state__in=codes) for state, codes in STATES.items()}
    places: QuerySet[MerchantCard] = named(cards.filter(id__in=first), language)
    return places.annotate(merchants=number(), **counts)
