"""Customers of a site. Phone and birthday are sealed; a keyed index finds the phone.

A merchant sees only customers who claimed with it (`MerchantCustomer`); visitors see none: a claim runs in a function
of the database, and whoever proved a phone reads through level `holder`.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from merchants import tags as words
from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class Customer(WalledModel):
    phone_index = models.BinaryField(max_length=32, unique=True)
    phone_sealed = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    birthday_sealed = models.CharField(max_length=200, blank=True)
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(null=True, blank=True)
    language = models.CharField(max_length=5, default="en")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.id)  # never the name: this reaches logs


class CustomerEdit(WalledModel):
    """What a customer's record said before it was edited, sealed. Append-only."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="edits")
    at = models.DateTimeField()
    fields = models.JSONField(default=list)
    before_sealed = models.TextField(blank=True)


class CustomerDevice(WalledModel):
    """A browser that proved a customer's phone. Only the hash of its cookie is kept."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64)
    proved_by = models.CharField(max_length=10, choices=[("created", "created"), ("code", "code")])
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash", "customer"], name="merchants_customerdevice_once")]


class MerchantCustomer(WalledModel):
    """A customer who claimed with a merchant.

    `tags` are the merchant's own words for the customer, as they were typed; `tag_keys` the same without regard to
    large and small letters (`merchants.tags.key`), one for each and in the same order: what is looked for.
    Erasing the customer empties both, in the database.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="merchant_customers")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merchant_customers")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    claims = models.PositiveIntegerField(default=0)
    redemptions = models.PositiveIntegerField(default=0)
    last_redeemed_at = models.DateTimeField(null=True, blank=True)
    # With a default in the database: a claim writes the row by SQL.
    tags = ArrayField(models.CharField(max_length=words.LONGEST), default=list, db_default=[], blank=True)
    tag_keys = ArrayField(models.CharField(max_length=3 * words.LONGEST), default=list, db_default=[], blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant", "customer"], name="merchants_merchantcustomer_once"),
            models.CheckConstraint(
                condition=models.Q(tags__len__lte=words.MOST, tag_keys__len=models.F("tags__len")),
                name="merchants_merchantcustomer_tags",
            ),
        ]
        indexes = [
            # The merchant's list of customers, last seen first.
            models.Index(fields=["merchant", "-last_at"], name="merchants_customer_last_seen"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)  # never the name: this reaches logs
