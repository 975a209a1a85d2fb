"""An item of the price book."""

from __future__ import annotations

from django.db import models

from credits.pricing.choices import AD_DAYS, AdType, ItemKind
from tenants.walls.base import PublicModel

_AD = models.Q(kind="ad")


class PriceItem(PublicModel):
    """Something that can be bought. Any item may carry credits of each type; `days` is how long an ad runs, else 0."""

    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=ItemKind)
    name_en = models.CharField(max_length=80)
    name_ar = models.CharField(max_length=80)
    coupon = models.PositiveIntegerField(default=0)
    wa_ui = models.PositiveIntegerField(default=0)
    wa_bi = models.PositiveIntegerField(default=0)
    ad_type = models.CharField(max_length=6, choices=AdType, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ItemKind.values), name="pricing_priceitem_kind"),
            models.CheckConstraint(
                condition=models.Q(_AD, ad_type__in=AdType.values, days__in=AD_DAYS)
                | models.Q(~_AD, ad_type="", days=0),
                name="pricing_priceitem_ads_run_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en

    def name(self, language: str) -> str:
        return self.name_ar if language == "ar" else self.name_en
