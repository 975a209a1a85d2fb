"""A coupon: one serial with one QR."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from merchants.models.batch import Batch
from merchants.models.customer import Customer
from merchants.models.merchant import Merchant
from tenants.walls.base import WalledModel


class Coupon(WalledModel):
    """The serial is the coupon's one secret. `use_until` is fixed when it is taken: its terms never change after."""

    class State(models.TextChoices):
        AVAILABLE = "available", _("Available")
        HELD = "held", _("Held")
        TAKEN = "taken", _("Taken")
        REDEEMED = "redeemed", _("Redeemed")
        EXPIRED = "expired", _("Expired")
        LAPSED = "lapsed", _("Lapsed")
        VOID = "void", _("Void")

    class Lane(models.TextChoices):
        PRINT = "print", _("Print")
        ONLINE = "online", _("Online")

    class Source(models.TextChoices):
        CENTRE = "centre", _("Coupon centre")
        IN_STORE = "in_store", _("In store")
        PRINTED = "printed", _("Printed coupon")
        COUNTER = "counter", _("Counter")
        API = "api", _("API")
        MESSAGE = "message", _("WhatsApp message")
        WHEEL = "wheel", _("Lucky draw")

    # The composite key (merchant, batch) of the walls checks both; checking each again would halve the speed of COPY.
    merchant = models.ForeignKey(
        Merchant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="coupons", db_index=False, db_constraint=False
    )
    serial = models.CharField(max_length=20, unique=True)
    lane = models.CharField(max_length=6, choices=Lane)
    state = models.CharField(max_length=9, choices=State, default=State.AVAILABLE)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="coupons", db_index=False
    )
    ordinal = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    use_until = models.DateTimeField(null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # A customer holds at most the batch's limit: ordinals 1 … limit, each once.
            models.UniqueConstraint(
                fields=["batch", "customer", "ordinal"],
                condition=models.Q(customer__isnull=False),
                name="merchants_coupon_customer_ordinal",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["taken", "redeemed", "lapsed"]) | models.Q(taken_at__isnull=False),
                name="merchants_coupon_taken_at",
            ),
        ]
        indexes = [
            # The claim: the next free one of a batch.
            models.Index(
                fields=["batch", "id"],
                condition=models.Q(state="available", lane="online"),
                name="merchants_coupon_free",
            ),
            # The coupon list of a batch, and its counts by state.
            models.Index(fields=["batch", "state", "id"], name="merchants_coupon_batch_state"),
            # My coupons: what a customer holds, newest first.
            models.Index(
                fields=["customer", "-taken_at"],
                condition=models.Q(customer__isnull=False),
                name="merchants_coupon_customer",
            ),
            # The job that lapses what was not used in time.
            models.Index(fields=["use_until"], condition=models.Q(state="taken"), name="merchants_coupon_runs_out"),
        ]

    def __str__(self) -> str:
        return str(self.id)  # never the serial: this reaches logs and the audit trail
