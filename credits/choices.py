"""The words of the ledger: units, actions, kinds of account, owners."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CreditUnit(TextChoices):
    """The three credits, which never mix. Money accounts carry a currency code instead."""

    COUPON = "coupon", _("Coupon credits")
    WA_UI = "wa_ui", _("WhatsApp UI credits")
    WA_BI = "wa_bi", _("WhatsApp BI credits")


# What a screen calls a merchant's balance. Fixed by the product: nothing is ever called a total of coupons.
BALANCE_LABELS = {
    CreditUnit.COUPON: _("Coupon Credits Remaining"),
    CreditUnit.WA_UI: _("WhatsApp UI Credits Remaining"),
    CreditUnit.WA_BI: _("WhatsApp BI Credits Remaining"),
}


class Action(TextChoices):
    """What stands on a wallet, and in a statement. Entries on other accounts have none."""

    PURCHASE = "purchase", _("Purchase")
    DEDUCT = "deduct", _("Deduction")
    REFUND = "refund", _("Refund")
    ADJUSTMENT = "adjustment", _("Adjustment")


class AccountKind(TextChoices):
    """Wallets and escrows carry a balance that may not fall below zero; the others are the far side of a movement."""

    WALLET = "wallet", _("Wallet")
    ESCROW = "escrow", _("Escrow")
    ISSUED = "issued", _("Issued")
    CONSUMED = "consumed", _("Consumed")
    REVENUE = "revenue", _("Revenue")
    ADJUSTMENT = "adjustment", _("Adjustment")


class OwnerType(TextChoices):
    MERCHANT = "merchant", _("Merchant")
    AGENT = "agent", _("Agent")
    PLATFORM = "platform", _("Platform")
