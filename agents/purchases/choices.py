"""The words of purchases."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Method(TextChoices):
    STRIPE = "stripe", _("Card or wallet, online")
    OFFLINE = "offline", _("Paid outside")


class State(TextChoices):
    PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
    PENDING_WALLET = "pending_wallet", _("Being activated")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Not paid in time")
    FAILED = "failed", _("Payment failed")
    PART_REFUNDED = "part_refunded", _("Refunded in part")
    REFUNDED = "refunded", _("Refunded")


# Nothing was paid: these may still be paid, by a payment that was under way when they ended.
UNPAID = frozenset({State.PENDING_PAYMENT, State.CANCELLED, State.EXPIRED, State.FAILED})
# What an order that ended unpaid can be started again from.
STARTABLE = frozenset({State.EXPIRED, State.FAILED})
# The goods are with the merchant, all of them or what was not refunded.
GIVEN = frozenset({State.COMPLETED, State.PART_REFUNDED})


class Kind(TextChoices):
    """The price book's kinds, as a purchase remembers them."""

    ANNUAL_FEE = "annual_fee", _("Annual fee")
    COUPON_PACK = "coupon_pack", _("Coupon credits")
    UI_PACK = "ui_pack", _("WhatsApp UI credits")
    BI_PACK = "bi_pack", _("WhatsApp BI credits")
    TEMPORARY_UI_PACK = "temporary_ui_pack", _("Temporary WhatsApp UI credits")
    AD = "ad", _("Advertisement")


class Problem(TextChoices):
    """Why a person has to look at a purchase."""

    AMOUNT = "amount", _("Another amount was paid than was asked.")
    CURRENCY = "currency", _("It was paid in another currency.")
    MODE = "mode", _("A test payment came for a live order, or a live one for a test order.")
    REFERENCE = "reference", _("The payment names another order.")
    SECOND_PAYMENT = "second_payment", _("It was paid a second time. Refund the second payment at Stripe.")
    USED = "used", _("A part of what was refunded is used already.")
    PART_PLAN = "part_plan", _("A part of a plan was refunded; decide what happens to its time.")
    DISPUTED = "disputed", _("The payer disputes the payment at the bank.")
    DISPUTE_WON = "dispute_won", _("The dispute was decided for you; give back what was taken.")


class PaperKind(TextChoices):
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
