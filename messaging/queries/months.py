"""The months of the open site's merchants: what each sent, as its statement and the console have it."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from tenants.models import MerchantMonth
from tenants.queries.months import MESSAGES
from tenants.walls import current_site


def list_months() -> QuerySet[MerchantMonth]:
    """One row for each merchant and month with a message, or a credit that one cost."""
    some = reduce(or_, (~Q(**{name: 0}) for name in MESSAGES))
    return MerchantMonth.objects.filter(some, site_id=current_site().id).select_related("merchant")


def known_months() -> list[dt.date]:
    """The months of which there are any, newest first."""
    return list(list_months().order_by("-month").values_list("month", flat=True).distinct())
