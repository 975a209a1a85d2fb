"""What the site prints on its invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agents.purchases.models import BillingProfile

FIELDS = ("tax_number", "tax_name_en", "tax_name_ar", "footer_en", "footer_ar")


def as_form() -> dict[str, Any]:
    """The profile in a form's words; empty before it was first saved."""
    found = BillingProfile.objects.first()
    if found is None:
        return {}
    rate = Decimal(found.tax_rate) / 100 if found.tax_rate else None
    values = {name: getattr(found, name) for name in FIELDS}
    return {**values, "paper_prefix": found.prefix, "tax_percent": rate}
