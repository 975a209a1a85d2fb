"""A business on a site."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.walls.base import WalledModel

# What anybody may read of a merchant; level visitor and holder have a right to these columns only.
PUBLIC_FIELDS = (
    "id", "number", "brand_name", "brand_name_ar", "slug", "category", "business_type", "country", "city", "address",
    "logo", "time_zone", "page_text_en", "page_text_ar", "review_link", "review_step", "state",
)  # fmt: skip


class Merchant(WalledModel):
    """A merchant. Only an active one may generate, send or advertise; coupons already out stay redeemable."""

    class Plan(models.TextChoices):
        ANNUAL = "annual", _("Annual")
        TEMPORARY = "temporary", _("Temporary")

    class State(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
        PENDING_WALLET = "pending_wallet", _("Being activated")
        ACTIVE = "active", _("Active")
        EXPIRED = "expired", _("Expired")
        SUSPENDED = "suspended", _("Suspended")
        ARCHIVED = "archived", _("Archived")

    number = models.PositiveIntegerField(unique=True)
    plan = models.CharField(max_length=10, choices=Plan, default=Plan.ANNUAL)
    state = models.CharField(max_length=16, choices=State, default=State.REGISTERED)
    brand_name = models.CharField(max_length=80)
    brand_name_ar = models.CharField(max_length=80, blank=True)
    legal_name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=60, unique=True)
    category = models.CharField(max_length=40, blank=True)
    business_type = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    logo = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=40)
    page_text_en = models.TextField(max_length=1000, blank=True)
    page_text_ar = models.TextField(max_length=1000, blank=True)
    review_link = models.URLField(max_length=300, blank=True)
    review_step = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    active_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # The back office's list, newest first, by state.
            models.Index(fields=["state", "-created_at"], name="merchants_merchant_state"),
            # The nightly look for plans that ran out.
            models.Index(fields=["active_until"], condition=models.Q(state="active"), name="merchants_merchant_ends"),
        ]

    def __str__(self) -> str:
        return self.brand_name

    @property
    def merchant_id(self) -> object:
        """Its own id, so that permissions and audit treat a merchant like what belongs to it."""
        return self.id

    @property
    def asks_review(self) -> bool:
        """Whether its customers are asked for a review on the way to a coupon taken in the store."""
        return bool(self.review_step and self.review_link)

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    def name(self, language: str) -> str:
        return (self.brand_name_ar if language == "ar" else "") or self.brand_name
