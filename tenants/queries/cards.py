"""What the console sees of merchants."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from tenants.models import MerchantCard, Site


def list_cards(*, sites: Iterable[uuid.UUID] | None = None) -> QuerySet[MerchantCard]:
    """The cards behind this wall; `sites` narrows them to those."""
    cards = MerchantCard.objects.select_related("site")
    return cards if sites is None else cards.filter(site_id__in=list(sites))


def count_by_site() -> dict[uuid.UUID, int]:
    """How many merchants each site has, archived ones left out."""
    rows = MerchantCard.objects.exclude(state="archived").values_list("site_id").annotate(Count("id"))
    return dict(rows)


def site_names() -> list[tuple[str, str]]:
    """(id, name) of every site with merchants, for a filter."""
    return [(str(site.id), site.name) for site in Site.objects.exclude(kind=Site.Kind.MASTER).order_by("name")]
