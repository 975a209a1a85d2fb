"""Invoices and credit notes, and what a site prints on them."""

from __future__ import annotations

from django.db import models

from agents.purchases.choices import PaperKind
from agents.purchases.models.purchase import Purchase
from merchants.models import Merchant
from tenants.walls.base import WalledModel


class BillingProfile(WalledModel):
    """The site's tax fields, and the last number it gave: one row. Whoever gives a number locks it, so none is missing.

    Prices include the tax. `tax_rate` is in hundredths of a percent: 1500 is 15 %.
    """

    only = models.BooleanField(default=True, unique=True)
    prefix = models.CharField(max_length=12, blank=True)
    last_number = models.PositiveIntegerField(default=0)
    tax_name_en = models.CharField(max_length=40, blank=True)
    tax_name_ar = models.CharField(max_length=40, blank=True)
    tax_number = models.CharField(max_length=40, blank=True)
    tax_rate = models.PositiveIntegerField(default=0)
    footer_en = models.CharField(max_length=300, blank=True)
    footer_ar = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="purchases_billingprofile_one_row"),
            models.CheckConstraint(condition=models.Q(tax_rate__lt=10_000), name="purchases_billingprofile_rate"),
        ]

    def __str__(self) -> str:
        return self.tax_number or "billing"


class Paper(WalledModel):
    """An invoice or credit note, never changed. `data` holds all that is printed: parties, line, tax, as they were.

    Amounts are minor units, positive on both kinds.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="papers")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=12, choices=PaperKind)
    number = models.PositiveIntegerField(unique=True)
    label = models.CharField(max_length=30)
    issued_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    data = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purchase"], condition=models.Q(kind="invoice"), name="purchases_paper_one_invoice"
            ),
            models.CheckConstraint(
                condition=models.Q(total__gte=0, tax__gte=0, tax__lte=models.F("total")), name="purchases_paper_amounts"
            ),
        ]

    def __str__(self) -> str:
        return self.label
