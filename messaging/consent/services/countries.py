"""Of which country the number of somebody who agreed is. Numbers are sealed, so it is kept beside the consent: whom a
site's number does not reach is left out while people are counted, without opening every phone. At level site."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from kernel import crypto
from messaging.consent.choices import UNREADABLE, State
from messaging.consent.models import OptIn
from messaging.meta.countries import country_of
from tenants.walls import current_site

AT_ONCE = 2000  # some tenths of a second


def learn(*, merchant_id: uuid.UUID | None = None, limit: int = AT_ONCE) -> int:
    """Note the countries that are not known yet, of one merchant's customers or of anybody's; how many."""
    unknown = OptIn.objects.filter(country=None, state=State.GIVEN, customer__erased_at=None)
    return _note(unknown.filter(merchant_id=merchant_id) if merchant_id else unknown, limit)


def learn_of(customer_id: uuid.UUID) -> None:
    """Note it for one customer."""
    _note(OptIn.objects.filter(customer_id=customer_id, customer__erased_at=None), AT_ONCE)


def _note(optins: QuerySet[OptIn], limit: int) -> int:
    site_id, found = current_site().id, dict[str, list[uuid.UUID]]()
    for optin_id, sealed in optins.order_by().values_list("id", "customer__phone_sealed")[:limit]:
        try:
            country = country_of(crypto.open_sealed(sealed, site_id=site_id, field="phone"))
        except crypto.CannotOpen:  # whoever is to be written to says so; here nobody else may miss anything for it
            country = UNREADABLE
        found.setdefault(country, []).append(optin_id)
    return sum(OptIn.objects.filter(id__in=ids).update(country=country) for country, ids in found.items())
