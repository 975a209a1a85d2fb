"""What the platform knows of a merchant's month: figures that its site's own job writes into the registry."""

from __future__ import annotations

from django.db import models

from tenants.models.merchantcard import MerchantCard
from tenants.models.site import Site
from tenants.walls.base import PublicModel


class MerchantMonth(PublicModel):
    """Numbers of one merchant in one month by its own clock; `month` is its first day.

    They are those of the merchant's monthly statement; no customer, coupon or message can be told from them. A merchant
    for whom nothing happened has no row. Credits used and coupons made are the ledger's: what comes back in a later
    month stands there with a minus. Everything else is counted, and its fields refuse less than nought.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    # The composite key (site, merchant) of the walls checks both.
    merchant = models.ForeignKey(
        MerchantCard, on_delete=models.CASCADE, related_name="months", db_index=False, db_constraint=False
    )
    month = models.DateField()
    ui_arrived = models.PositiveIntegerField(default=0)
    ui_failed = models.PositiveIntegerField(default=0)
    ui_credits = models.BigIntegerField(default=0)
    bi_arrived = models.PositiveIntegerField(default=0)
    bi_failed = models.PositiveIntegerField(default=0)
    bi_credits = models.BigIntegerField(default=0)
    coupons_made = models.BigIntegerField(default=0)
    coupons_taken = models.PositiveIntegerField(default=0)
    coupons_redeemed = models.PositiveIntegerField(default=0)
    coupons_refunded = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            # The counting finds a row again by it; a merchant's last months are read by it.
            models.UniqueConstraint(fields=["merchant", "month"], name="tenants_merchantmonth_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="tenants_merchantmonth_first_day"),
        ]
        indexes = [
            # The console's list, newest month first; and which months there are.
            models.Index(fields=["month", "id"], name="tenants_merchantmonth_newest"),
            # One site's months: on the agent's page, and for the job, which months it counted when.
            models.Index(fields=["site", "month"], name="tenants_merchantmonth_site"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
