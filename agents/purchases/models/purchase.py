"""One order of a merchant."""

from __future__ import annotations

from django.db import models

from agents.purchases.choices import Kind, Method, Problem, State
from merchants.models import Merchant
from tenants.walls.base import WalledModel

# What a merchant's own pages read: everything but what its agent pays and earns.
HIDDEN_FROM_MERCHANT = ("cost", "agent_id", "returned_cost")


class Purchase(WalledModel):
    """An order with the terms it was made with: names, credits and prices are copies, in minor units of `currency`.

    `agent_id` is empty on the platform's own site, where nobody's wallet pays a cost. `retail` is what the merchant
    pays. `refunded`, `reversed_…` and `returned_cost` count what went back so far.
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="purchases")
    method = models.CharField(max_length=8, choices=Method)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING_PAYMENT)

    price_id = models.UUIDField()
    item_id = models.UUIDField()
    code = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind)
    name_en = models.CharField(max_length=120)
    name_ar = models.CharField(max_length=120)
    coupon = models.BigIntegerField(default=0)
    wa_ui = models.BigIntegerField(default=0)
    wa_bi = models.BigIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    retail = models.BigIntegerField()
    cost = models.BigIntegerField()
    agent_id = models.UUIDField(null=True, blank=True)

    # The checkout. `attempt` counts sessions; only one is open at a time.
    attempt = models.PositiveSmallIntegerField(default=1)
    session_id = models.CharField(max_length=120, blank=True)
    session_url = models.TextField(max_length=4000, blank=True)
    session_expires_at = models.DateTimeField(null=True, blank=True)
    livemode = models.BooleanField(default=False)
    payment_intent = models.CharField(max_length=120, blank=True)
    ask_at = models.DateTimeField(null=True, blank=True)

    # Paid outside: why we believe it, and the file that shows it.
    reason = models.CharField(max_length=300, blank=True)
    proof = models.CharField(max_length=200, blank=True)

    plan_from = models.DateTimeField(null=True, blank=True)
    plan_until = models.DateTimeField(null=True, blank=True)
    refunded = models.BigIntegerField(default=0)
    reversed_coupon = models.BigIntegerField(default=0)
    reversed_wa_ui = models.BigIntegerField(default=0)
    reversed_wa_bi = models.BigIntegerField(default=0)
    reversed_plan = models.BooleanField(default=False)
    returned_cost = models.BigIntegerField(default=0)
    reversals = models.PositiveSmallIntegerField(default=0)
    disputed = models.BooleanField(default=False)
    needs_person = models.BooleanField(default=False)
    problem = models.CharField(max_length=16, choices=Problem, blank=True)

    created_at = models.DateTimeField()
    created_by = models.UUIDField(null=True, blank=True)
    created_label = models.CharField(max_length=120, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(retail__gte=0, cost__gte=0, coupon__gte=0, wa_ui__gte=0, wa_bi__gte=0),
                name="purchases_purchase_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(refunded__gte=0, refunded__lte=models.F("retail")),
                name="purchases_purchase_refund_within_price",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    reversed_coupon__lte=models.F("coupon"),
                    reversed_wa_ui__lte=models.F("wa_ui"),
                    reversed_wa_bi__lte=models.F("wa_bi"),
                    returned_cost__lte=models.F("cost"),
                ),
                name="purchases_purchase_reverses_what_it_gave",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["pending_payment", "cancelled", "expired", "failed"])
                | models.Q(paid_at__isnull=False),
                name="purchases_purchase_paid_has_a_moment",
            ),
            # A checkout belongs to one order.
            models.UniqueConstraint(
                fields=["session_id"], condition=~models.Q(session_id=""), name="purchases_purchase_session"
            ),
        ]
        indexes = [
            # The site's list, newest first, and a merchant's own.
            models.Index(fields=["-created_at"], name="purchases_newest"),
            models.Index(fields=["merchant", "-created_at"], name="purchases_of_merchant"),
            # The sweep: whom to ask Stripe about now.
            models.Index(
                fields=["ask_at"], condition=models.Q(state="pending_payment"), name="purchases_to_ask"
            ),
            # After a top-up: what waits for the wallet, oldest payment first.
            models.Index(
                fields=["paid_at", "id"], condition=models.Q(state="pending_wallet"), name="purchases_waiting"
            ),
            # Earnings by period.
            models.Index(
                fields=["-completed_at"], condition=models.Q(completed_at__isnull=False), name="purchases_completed"
            ),
        ]

    def __str__(self) -> str:
        return self.name_en

    def name(self, language: str) -> str:
        return (self.name_ar if language == "ar" else "") or self.name_en

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen by itself."""
        return self.state in {State.PENDING_PAYMENT, State.PENDING_WALLET}

    @property
    def credits(self) -> dict[str, int]:
        """What it gives, by unit; units it gives nothing of are absent."""
        return {unit: getattr(self, unit) for unit in ("coupon", "wa_ui", "wa_bi") if getattr(self, unit)}

    @property
    def refundable(self) -> int:
        """What was paid and not refunded yet."""
        return self.retail - self.refunded if self.paid_at else 0
