"""Changing what the site prints on its invoices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction

from accounts.actors import Actor, must
from accounts.services import audit
from agents.purchases import locks
from agents.purchases.models import BillingProfile
from agents.purchases.queries.billing import FIELDS


def edit(
    *, actor: Actor, now: dt.datetime, paper_prefix: str, tax_percent: Decimal | None, **fields: str
) -> BillingProfile:
    """Save it; papers that were issued keep what they show. Raises NotAllowed."""
    must(actor, "billing.manage")
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"not part of a billing profile: {sorted(unknown)}")
    fields = {"prefix": paper_prefix, **fields}
    with transaction.atomic():
        profile = locks.billing(now)
        names = [*fields, "tax_rate"]
        before = {name: getattr(profile, name) for name in names}
        for name, value in fields.items():
            setattr(profile, name, value)
        profile.tax_rate, profile.updated_at = int((tax_percent or Decimal()) * 100), now
        profile.save()
        after = {name: getattr(profile, name) for name in names}
        if before != after:
            audit.record("billing.edited", profile, actor=actor, now=now, before=before, after=after)
    return profile
