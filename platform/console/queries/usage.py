"""The months of merchants, as their sites counted them."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Max, Min, QuerySet

from accounts.actors import Actor
from agents.queries import companies
from agents.statements.services import months
from tenants.models import MerchantMonth


def last_counted(site_id: uuid.UUID) -> dt.datetime | None:
    """When the months of a site were counted last."""
    found: dt.datetime | None = MerchantMonth.objects.filter(site_id=site_id).aggregate(at=Max("counted_at"))["at"]
    return found


def list_months(actor: Actor) -> QuerySet[MerchantMonth]:
    """The months of the merchants `actor` may see, with their cards and sites."""
    rows = MerchantMonth.objects.select_related("merchant", "site")
    sites = companies.visible_sites(actor)
    return rows if sites is None else rows.filter(site_id__in=sites)


def known_months() -> list[dt.date]:
    """Every month from the oldest to the newest that was counted anywhere, newest first."""
    ends = MerchantMonth.objects.aggregate(first=Min("month"), last=Max("month"))
    found: list[dt.date] = [ends["last"]] if ends["last"] else []
    while found and found[-1] > ends["first"]:
        found.append(months.before(found[-1]))
    return found
