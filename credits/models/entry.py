"""An entry: what one transfer did to one account."""

from __future__ import annotations

from django.db import models

from credits.choices import Action, OwnerType
from credits.models.account import Account
from credits.models.transfer import Transfer
from tenants.walls.base import PublicModel


class Entry(PublicModel):
    """Append-only. Entries of a transfer add up to zero in each unit.

    `version` numbers the entries of a wallet or escrow from 1 without gaps, and `at` never falls with it;
    `balance_after` is the balance then. Both are empty on accounts without a balance. Only entries on wallets have an
    action, and only those with one show in statements.
    """

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", db_index=False)
    site_id = models.UUIDField()
    owner_type = models.CharField(max_length=8, choices=OwnerType)
    merchant_id = models.UUIDField(null=True, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    unit = models.CharField(max_length=6)
    action = models.CharField(max_length=10, choices=Action, blank=True)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField(null=True, blank=True)
    version = models.BigIntegerField(null=True, blank=True)
    related_type = models.CharField(max_length=20, blank=True)
    related_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            # The entries of one account in order: statements of one wallet, its opening balance, the proof.
            models.UniqueConstraint(fields=["account", "version"], name="credits_entry_account_version"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="credits_entry_moves_something"),
            models.CheckConstraint(
                condition=models.Q(balance_after__isnull=True, version__isnull=True)
                | models.Q(balance_after__gte=0, version__gte=1),
                name="credits_entry_balance_and_version",
            ),
            models.CheckConstraint(
                condition=models.Q(action="")
                | models.Q(action__in=["purchase", "refund"], amount__gt=0)
                | models.Q(action="deduct", amount__lt=0)
                | models.Q(action="adjustment"),
                name="credits_entry_action_sign",
            ),
        ]
        indexes = [
            # A merchant's statement over its three wallets, newest first.
            models.Index(
                fields=["merchant_id", "-at"], condition=~models.Q(action=""), name="credits_entry_merchant"
            ),
            # The wallets' ledger of a site, newest first.
            models.Index(fields=["site_id", "-at"], condition=~models.Q(action=""), name="credits_entry_site"),
            # One wallet by period: where the month starts and ends.
            models.Index(fields=["account", "at"], condition=~models.Q(action=""), name="credits_entry_period"),
            # From a batch, a message or a purchase to its entries.
            models.Index(
                fields=["related_id"], condition=models.Q(related_id__isnull=False), name="credits_entry_related"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action or 'internal'} {self.amount:+d} {self.unit}"
