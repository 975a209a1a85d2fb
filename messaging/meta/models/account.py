"""The platform's one account at Meta."""

from __future__ import annotations

from django.db import models

from messaging.meta.choices import AccountState
from tenants.walls.base import PublicModel


class MetaAccount(PublicModel):
    """At most one row, seen by the console alone. Secrets are sealed under the console's id."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    waba_id = models.CharField(max_length=40)
    app_id = models.CharField(max_length=40)
    name = models.CharField(max_length=160, blank=True)  # what Meta calls it
    token_sealed = models.TextField()
    app_secret_sealed = models.TextField()
    verify_token_sealed = models.TextField()
    state = models.CharField(max_length=10, choices=AccountState, default=AccountState.OK)
    webhook_problem = models.CharField(max_length=200, blank=True)  # why Meta could not be told our address
    saved_at = models.DateTimeField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="meta_metaaccount_one_row")]

    def __str__(self) -> str:
        return self.name or self.waba_id
