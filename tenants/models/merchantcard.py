"""What the platform knows of a merchant: the card of it in the registry."""

from __future__ import annotations

from django.db import models

from tenants.models.site import Site
from tenants.walls.base import PublicModel


class MerchantCard(PublicModel):
    """Number, name, state and city of one merchant of one site, kept by the site; `id` is the merchant's own.

    Beside wallets and ledger entries this is all the console sees of a merchant: never customers or coupons.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="merchant_cards")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    plan = models.CharField(max_length=10)
    state = models.CharField(max_length=16)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "number"], name="tenants_merchantcard_number")]
        indexes = [
            # The console's list, newest first, also by state.
            models.Index(fields=["-created_at"], name="tenants_card_newest"),
            models.Index(fields=["state", "-created_at"], name="tenants_card_state"),
            # How many merchants a site has in a city.
            models.Index(fields=["site", "country", "city"], name="tenants_card_place"),
        ]

    def __str__(self) -> str:
        return self.name
