"""An account: the wallet of somebody, the escrow of a batch, or the far side of a movement."""

from __future__ import annotations

from typing import Any

from django.db import models

from credits.choices import BALANCE_LABELS, AccountKind, CreditUnit, OwnerType
from tenants.walls.base import PublicModel

_CARRIES = models.Q(kind__in=["wallet", "escrow"])


class Account(PublicModel):
    """One unit of one owner on one site.

    `owner_id` is the merchant's or the agent's id, and the site's for the platform. `ref_id` is an escrow's batch.
    Wallets and escrows carry `balance`, `version` (how many entries they have) and `last_at`; the far sides carry
    none, so that nobody queues on them. `held` of the balance is promised to something under way (`Hold`).
    """

    site_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=AccountKind)
    unit = models.CharField(max_length=6)
    owner_type = models.CharField(max_length=8, choices=OwnerType)
    owner_id = models.UUIDField()
    merchant_id = models.UUIDField(null=True, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    ref_id = models.UUIDField(null=True, blank=True)
    balance = models.BigIntegerField(null=True, blank=True)
    held = models.BigIntegerField(default=0, db_default=0)
    version = models.BigIntegerField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Finds an account by what it is (bank_find), and keeps a second one from being opened.
            models.UniqueConstraint(
                fields=["site_id", "owner_id", "kind", "unit", "ref_id"],
                name="credits_account_once",
                nulls_distinct=False,
            ),
            # Finds the escrow of a batch; a batch has one, and so one merchant.
            models.UniqueConstraint(
                fields=["ref_id"], condition=models.Q(kind="escrow"), name="credits_account_escrow_of_batch"
            ),
            # The backstop behind the function's own check: nobody owes us credits.
            models.CheckConstraint(condition=models.Q(balance__gte=0), name="credits_account_not_below_zero"),
            # What is promised is there: nothing else can spend it.
            models.CheckConstraint(
                condition=models.Q(held=0) | models.Q(held__gt=0, held__lte=models.F("balance"), kind="wallet"),
                name="credits_account_held_is_there",
            ),
            models.CheckConstraint(
                condition=(_CARRIES & models.Q(balance__isnull=False, version__isnull=False))
                | (~_CARRIES & models.Q(balance__isnull=True, version__isnull=True, last_at__isnull=True)),
                name="credits_account_balance_where_it_belongs",
            ),
            models.CheckConstraint(
                condition=models.Q(unit__in=CreditUnit.values) | models.Q(unit__regex=r"^[A-Z]{3}$"),
                name="credits_account_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(owner_type="merchant", merchant_id=models.F("owner_id"), agent_id__isnull=True)
                | models.Q(owner_type="agent", agent_id=models.F("owner_id"), merchant_id__isnull=True)
                | models.Q(
                    owner_type="platform",
                    owner_id=models.F("site_id"),
                    merchant_id__isnull=True,
                    agent_id__isnull=True,
                ),
                name="credits_account_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="wallet", owner_type__in=["merchant", "agent"], ref_id__isnull=True)
                | models.Q(kind="escrow", owner_type="merchant", ref_id__isnull=False)
                | models.Q(
                    kind__in=["issued", "consumed", "revenue", "adjustment"],
                    owner_type="platform",
                    ref_id__isnull=True,
                ),
                name="credits_account_kind",
            ),
        ]
        indexes = [
            # A merchant's wallets, from its own pages and from the console's list of merchants.
            models.Index(
                fields=["merchant_id", "unit"],
                include=["balance"],
                condition=models.Q(kind="wallet"),
                name="credits_account_wallets",
            ),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def available(self) -> int:
        """What can be spent: the balance less what is held."""
        return (self.balance or 0) - self.held

    @property
    def label(self) -> Any:
        """What a screen calls this account: for a merchant's wallet the fixed name of its balance."""
        if self.kind == AccountKind.WALLET and self.unit in BALANCE_LABELS:
            return BALANCE_LABELS[CreditUnit(self.unit)]
        return f"{self.get_kind_display()} {self.unit}"
