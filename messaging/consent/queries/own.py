"""A customer's own consent, for a browser that proved the number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from merchants.models import Merchant
from merchants.models.merchant import PUBLIC_FIELDS
from messaging.consent.choices import State, StopSource
from messaging.consent.models import OptIn
from messaging.consent.queries import register
from tenants.walls import current_site, wall


@dataclass(frozen=True)
class Own:
    """`merchants`: every store whose coupons this person holds, with whether it may write. `stopped`: by what."""

    merchants: list[tuple[Merchant, bool]]
    stopped: frozenset[str]

    @property
    def only_meta_resumes(self) -> bool:
        return StopSource.META in self.stopped


def of_customer(customer_id: uuid.UUID) -> Own:
    """What one customer agreed to. Opens level holder itself; the caller has checked that the number is proved."""
    with wall(current_site(), "holder", proof=customer_id):
        agreed = set(OptIn.objects.filter(state=State.GIVEN).values_list("merchant_id", flat=True))
        merchants = list(Merchant.objects.only(*PUBLIC_FIELDS).order_by("brand_name"))
        stopped = frozenset(register.stops().values_list("source", flat=True))
    return Own([(merchant, merchant.id in agreed) for merchant in merchants], stopped)
