"""A price: one line of the book's history."""

from __future__ import annotations

from django.db import models

from credits.pricing.choices import ProfitKind
from credits.pricing.models.item import PriceItem
from tenants.walls.base import PublicModel


class Price(PublicModel):
    """What an item costs from `valid_from` on, in one currency, for a scope. Never changed: a newer line replaces it.

    The scope: `country` '' is every country; `agent_id` null is everybody, else that agent's site alone (`site_id`
    says which, for the wall). `retail` is what the merchant pays, `cost` what the agent owes the platform of it, both
    in minor units of `currency`. `profit_value` is in minor units, or for percent in hundredths of a percent.
    `withdrawn` ends the scope's own price: a wider one holds again, or the item is no longer sold there.
    """

    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    site_id = models.UUIDField(null=True, blank=True)
    retail = models.BigIntegerField()
    cost = models.BigIntegerField()
    profit_kind = models.CharField(max_length=8, choices=ProfitKind)
    profit_value = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)
    valid_from = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    created_by_label = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(retail__gte=0), name="pricing_price_retail_not_negative"),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="pricing_price_cost_not_negative"),
            models.CheckConstraint(condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="pricing_price_currency"),
            models.CheckConstraint(condition=models.Q(country__regex=r"^([A-Z]{2})?$"), name="pricing_price_country"),
            models.CheckConstraint(
                condition=models.Q(agent_id__isnull=True, site_id__isnull=True)
                | models.Q(agent_id__isnull=False, site_id__isnull=False),
                name="pricing_price_agent_with_site",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__gte=models.F("created_at")), name="pricing_price_not_backdated"
            ),
        ]
        indexes = [
            # The newest line of each scope of an item (queries.book), and an item's history.
            models.Index(
                fields=["item", "currency", "agent_id", "country", "-valid_from", "-id"], name="pricing_price_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.retail}"

    @property
    def profit(self) -> int:
        """What the agent keeps of a sale, in minor units. Below zero where the cost is above the price."""
        return self.retail - self.cost
