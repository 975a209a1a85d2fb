"""A host name of a site."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7
from tenants.models.site import Site


class Domain(models.Model):
    """A host name. It serves its site only while `active`; a released name is quarantined before anybody may take it.

    Named `tenant` and `is_primary` because django-tenants looks for these.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for proof")
        ACTIVE = "active", _("Active")
        RELEASED = "released", _("Released")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, db_index=True)
    is_primary = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    token = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One site answers a host; two sites may both wait for proof, only one can win.
            models.UniqueConstraint(
                fields=["domain"], condition=models.Q(state="active"), name="tenants_domain_active_once"
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(is_primary=True, state="active"),
                name="tenants_domain_one_primary",
            ),
            models.CheckConstraint(
                condition=models.Q(domain__regex=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"), name="tenants_domain_normalised"
            ),
        ]

    def __str__(self) -> str:
        return self.domain
