"""A message: one WhatsApp to one person."""

from __future__ import annotations

from django.db import models

from merchants.models import Batch, Coupon, Customer, Merchant
from messaging.choices import COMES_AGAIN, NO_CREDITS, PURPOSE_OF, Charge, State, Trigger, Type
from messaging.meta.choices import Purpose
from tenants.walls.base import WalledModel


class Message(WalledModel):
    """What to send is written down as ids; words and picture are made when it goes out.

    `key` says what set it off, once: the same key is the same message. `payer` is the merchant, or the site for a code
    on a site-wide page. `recipient` is the keyed index of the phone. `history` holds [moment, what, detail] of each
    step. `secret_sealed` (a code) and `to_sealed` (a typed number) are removed when the message is over.
    """

    merchant = models.ForeignKey(
        Merchant, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    payer = models.UUIDField()
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    coupon = models.ForeignKey(Coupon, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages")
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    trigger = models.CharField(max_length=12, choices=Trigger)
    type = models.CharField(max_length=5, choices=Type)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    charge = models.CharField(max_length=8, choices=Charge, default=Charge.NONE)
    language = models.CharField(max_length=5, default="en")
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True)  # whose words it has, where it was chosen
    festival = models.CharField(max_length=30, blank=True)  # a code of `festivals.FESTIVALS`, which it names
    key = models.CharField(max_length=120, unique=True)
    automation_id = models.UUIDField(null=True, blank=True)
    occasion_id = models.UUIDField(null=True, blank=True)
    label = models.CharField(max_length=120, blank=True)
    recipient = models.BinaryField(max_length=32)
    to_sealed = models.CharField(max_length=200, blank=True)
    secret_sealed = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    quiet_zone = models.CharField(max_length=40, blank=True)  # where the customer is, if there are quiet hours
    quiet_from = models.PositiveSmallIntegerField(default=0)  # whole hours of the local clock, half-open
    quiet_to = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    turn = models.PositiveSmallIntegerField(default=0)  # how often it was posted; each post names its turn to Meta
    refused_turn = models.PositiveSmallIntegerField(default=0)  # the last turn that Meta refused
    put_off = models.PositiveSmallIntegerField(default=0)  # times Meta asked for a day's patience
    plain = models.BooleanField(default=False)  # without its picture, because that was refused
    form = models.CharField(max_length=40, blank=True)
    wamid = models.CharField(max_length=140, blank=True)
    user_id = models.CharField(max_length=140, blank=True)  # Meta's id of whom it went to
    accepted_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error_code = models.PositiveIntegerField(null=True, blank=True)
    error = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=40, blank=True)
    pricing = models.CharField(max_length=40, blank=True)
    billable = models.BooleanField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # when people were told that its outcome is unknown
    history = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merchant__isnull=True) | models.Q(payer=models.F("merchant_id")),
                name="messaging_message_payer",
            ),
            # Whoever pays nothing holds nothing.
            models.CheckConstraint(
                condition=models.Q(charge="none") | models.Q(merchant__isnull=False), name="messaging_message_charge"
            ),
            models.UniqueConstraint(fields=["wamid"], condition=~models.Q(wamid=""), name="messaging_message_wamid"),
        ]
        indexes = [
            # The sender: whose turn it is, and what is due of it.
            models.Index(
                fields=["type", "payer", "due_at"], condition=models.Q(state="queued"), name="messaging_message_due"
            ),
            # When the queue is looked at next.
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="messaging_message_next"),
            # The sweep: what has been open for too long.
            models.Index(fields=["claimed_at"], condition=models.Q(state="sending"), name="messaging_message_sending"),
            models.Index(
                fields=["expires_at"], condition=models.Q(state__in=["queued", "accepted"]),
                name="messaging_message_expires",
            ),
            # The log of a merchant, and of the site, newest first.
            models.Index(fields=["merchant", "-created_at"], name="messaging_message_newest"),
            models.Index(fields=["-created_at"], name="messaging_message_site"),
            # Somebody who hides the number writes back.
            models.Index(fields=["user_id"], condition=~models.Q(user_id=""), name="messaging_message_user"),
            # Result pages.
            models.Index(
                fields=["automation_id", "state"], condition=models.Q(automation_id__isnull=False),
                name="messaging_message_result",
            ),
            # Occasions of which nobody has heard: they come again.
            models.Index(
                fields=["occasion_id"], condition=models.Q(error__in=COMES_AGAIN), name="messaging_message_unheard"
            ),
            # What waits for somebody to decide, and when people were last told of such.
            models.Index(
                fields=["merchant", "claimed_at"], condition=models.Q(state="unknown"), name="messaging_message_unknown"
            ),
            models.Index(
                fields=["told_at"], condition=models.Q(told_at__isnull=False), name="messaging_message_told"
            ),
            # Coupons that went out without their message, because no credit was left.
            models.Index(
                fields=["merchant", "created_at"], condition=models.Q(state="cancelled", error=NO_CREDITS),
                name="messaging_message_unpaid",
            ),
            # Meta's limit on people in a day, shared out between sites and merchants.
            models.Index(
                fields=["claimed_at"], condition=models.Q(claimed_at__isnull=False), name="messaging_message_people"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)  # never whom or what: this reaches logs

    @property
    def says(self) -> Purpose:
        """Which of WhatsApp's texts it is."""
        return Purpose(self.purpose) if self.purpose else PURPOSE_OF[Trigger(self.trigger)]
