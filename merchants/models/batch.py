"""A batch: one generation of N coupons with one offer, one expiry, one template."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel import clock
from merchants.models.branch import Branch
from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class Batch(WalledModel):
    """`claim_until` is the first instant at which nothing can be claimed any more: the refund runs from then on.

    A taken coupon may be used until `use_days` after its claim, else until `use_until`, else until `claim_until`.
    `face` is the template as it was when the batch was made: {image, content_type, width, height, layout}. Weekdays
    are a bit mask, Monday 1 … Sunday 64; hours are minutes after midnight in the merchant's time zone, half-open.
    """

    class OfferKind(models.TextChoices):
        PERCENTAGE = "percentage", _("Percentage off")
        AMOUNT = "amount", _("Amount off")
        FREE_ITEM = "free_item", _("Free item")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        GENERATING = "generating", _("Generating")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        VOID = "void", _("Void")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    title_en = models.CharField(max_length=80)
    title_ar = models.CharField(max_length=80, blank=True)
    offer_kind = models.CharField(max_length=12, choices=OfferKind)
    offer_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    offer_amount = models.PositiveBigIntegerField(null=True, blank=True)  # minor units of the site's currency
    offer_text_en = models.CharField(max_length=80, blank=True)
    offer_text_ar = models.CharField(max_length=80, blank=True)
    terms_en = models.TextField(max_length=2000, blank=True)
    terms_ar = models.TextField(max_length=2000, blank=True)
    category = models.CharField(max_length=40, blank=True)
    business_type = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=40, blank=True)
    face = models.JSONField()
    quantity = models.PositiveIntegerField()
    print_quantity = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    claim_until = models.DateTimeField()
    use_days = models.PositiveSmallIntegerField(null=True, blank=True)
    use_until = models.DateTimeField(null=True, blank=True)
    weekdays = models.PositiveSmallIntegerField(default=127)
    hour_from = models.PositiveSmallIntegerField(default=0)
    hour_to = models.PositiveSmallIntegerField(default=1440)
    per_customer_limit = models.PositiveSmallIntegerField(default=1)
    on_centre = models.BooleanField(default=True)
    in_store = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State)
    made = models.PositiveIntegerField(default=0)  # rows made so far; quantity when complete
    sold_out = models.BooleanField(default=False)
    popularity = models.PositiveIntegerField(default=0)  # claims of the last 14 days, refreshed by a job
    void_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    refunded = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "number"], name="merchants_batch_number"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=1_000_000), name="merchants_batch_quantity"
            ),
            models.CheckConstraint(
                condition=models.Q(print_quantity__lte=models.F("quantity")), name="merchants_batch_print_quantity"
            ),
            models.CheckConstraint(
                condition=models.Q(claim_until__gt=models.F("starts_at")), name="merchants_batch_period"
            ),
            models.CheckConstraint(
                condition=models.Q(per_customer_limit__gte=1), name="merchants_batch_per_customer_limit"
            ),
            models.CheckConstraint(
                condition=models.Q(weekdays__gte=1, weekdays__lte=127), name="merchants_batch_weekdays"
            ),
            models.CheckConstraint(
                condition=models.Q(hour_from__lt=models.F("hour_to"), hour_to__lte=1440), name="merchants_batch_hours"
            ),
        ]
        indexes = [
            # The merchant's list, newest first.
            models.Index(fields=["merchant", "-created_at"], name="merchants_batch_newest"),
            # The expiry job: what has run out and is not settled.
            models.Index(
                fields=["claim_until"],
                condition=models.Q(state__in=["active", "paused", "void", "cancelled"]),
                name="merchants_batch_runs_out",
            ),
            # The coupon centre's three sorts, over what it shows.
            models.Index(
                fields=["-created_at"],
                condition=models.Q(state="active", on_centre=True, sold_out=False),
                name="merchants_batch_centre_newest",
            ),
            models.Index(
                fields=["claim_until"],
                condition=models.Q(state="active", on_centre=True, sold_out=False),
                name="merchants_batch_centre_ending",
            ),
            models.Index(
                fields=["-popularity", "-created_at"],
                condition=models.Q(state="active", on_centre=True, sold_out=False),
                name="merchants_batch_centre_popular",
            ),
        ]

    def __str__(self) -> str:
        return self.title_en

    def title(self, language: str) -> str:
        return (self.title_ar if language == "ar" else "") or self.title_en

    def terms(self, language: str) -> str:
        return (self.terms_ar if language == "ar" else "") or self.terms_en

    def offer_text(self, language: str) -> str:
        return (self.offer_text_ar if language == "ar" else "") or self.offer_text_en

    def use_until_of(self, taken_at: dt.datetime, zone: str) -> dt.datetime:
        """When a coupon taken at `taken_at` lapses: the end of a day in the merchant's time zone."""
        if self.use_days is not None:
            return clock.end_of_day(clock.local_date(taken_at, zone) + dt.timedelta(days=self.use_days), zone)
        return self.use_until or self.claim_until


class BatchBranch(WalledModel):
    """A branch at which the coupons of a batch may be used. None listed: all of them."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="batch_branches")
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "branch"], name="merchants_batchbranch_once")]
