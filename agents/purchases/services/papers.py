"""Invoices and credit notes: numbered without a gap, with everything printed on them kept as it was.

The number is taken under the lock of the billing profile and rolled back with the transaction that wanted it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from agents.purchases import locks
from agents.purchases.choices import PaperKind
from agents.purchases.models import BillingProfile, Paper, Purchase
from merchants.models import Merchant
from tenants.models import Site
from tenants.walls import current_site


def issue_invoice(purchase: Purchase, *, now: dt.datetime) -> Paper:
    """The invoice of what was paid. In the transaction that notes the payment."""
    return _issue(purchase, PaperKind.INVOICE, purchase.retail, now=now)


def issue_credit_note(purchase: Purchase, amount: int, *, now: dt.datetime) -> Paper:
    """A credit note for a refund of `amount` minor units. In the transaction that notes the refund."""
    return _issue(purchase, PaperKind.CREDIT_NOTE, amount, now=now)


def _issue(purchase: Purchase, kind: PaperKind, total: int, *, now: dt.datetime) -> Paper:
    profile = locks.billing(now)
    profile.last_number += 1
    profile.save(update_fields=["last_number"])
    tax = tax_within(total, profile.tax_rate)
    merchant, site = Merchant.objects.get(id=purchase.merchant_id), current_site()
    label = f"{profile.prefix}{profile.last_number:06d}"
    return Paper.objects.create(
        merchant=merchant, purchase=purchase, kind=kind, number=profile.last_number, label=label, issued_at=now,
        currency=purchase.currency, total=total, tax=tax, data=_data(purchase, kind, profile, merchant, site),
    )  # fmt: skip


def tax_within(total: int, rate: int) -> int:
    """The tax that `total` contains at `rate` hundredths of a percent, rounded half up, in minor units."""
    return (2 * total * rate + 10_000 + rate) // (2 * (10_000 + rate))


def _data(
    purchase: Purchase, kind: PaperKind, profile: BillingProfile, merchant: Merchant, site: Site
) -> dict[str, Any]:
    invoice = Paper.objects.filter(purchase=purchase, kind=PaperKind.INVOICE).first()
    return {
        "seller": {
            "name": site.legal_name or site.name, "address": site.address, "email": site.support_email,
            "phone": site.support_phone, "logo": site.logo, "tax_number": profile.tax_number,
        },
        "buyer": {"name": merchant.legal_name, "brand": merchant.brand_name, "address": merchant.address,
                  "number": merchant.number},
        "tax": {"rate": profile.tax_rate, "name_en": profile.tax_name_en, "name_ar": profile.tax_name_ar},
        "line": {"name_en": purchase.name_en, "name_ar": purchase.name_ar, **purchase.credits},
        "footer_en": profile.footer_en, "footer_ar": profile.footer_ar, "method": purchase.method,
        "zone": site.time_zone, "of": invoice.label if invoice and kind == PaperKind.CREDIT_NOTE else "",
    }  # fmt: skip
