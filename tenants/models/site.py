"""A site: one branded web site with its own schema."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import TenantMixin

from kernel.ids import uuid7


class SiteState(models.TextChoices):
    CREATING = "creating", _("Being created")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class Site(TenantMixin):
    """One row per schema. `type` says which apps the schema has; `kind` whether it is the main site or an agent's.

    Every field below `number` may be shown to any visitor of the site; nothing secret belongs here.
    """

    auto_create_schema = False
    auto_drop_schema = False

    class Kind(models.TextChoices):
        MASTER = "master", _("Console")
        MAIN = "main", _("Main site")
        AGENT = "agent", _("Agent site")

    State = SiteState

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(max_length=10, choices=[("master", "master"), ("site", "site")])
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=SiteState, default=SiteState.CREATING)
    ready = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)
    number = models.PositiveIntegerField(unique=True)

    name = models.CharField(max_length=80)
    legal_name = models.CharField(max_length=160, blank=True)
    tagline_en = models.CharField(max_length=160, blank=True)
    tagline_ar = models.CharField(max_length=160, blank=True)
    logo = models.CharField(max_length=200, blank=True)
    favicon = models.CharField(max_length=200, blank=True)
    primary_colour = models.CharField(max_length=7, default="#0f766e")
    accent_colour = models.CharField(max_length=7, default="#b45309")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    country = models.CharField(max_length=2, default="SA")
    currency = models.CharField(max_length=3, default="SAR")
    time_zone = models.CharField(max_length=40, default="Asia/Riyadh")
    support_email = models.EmailField(blank=True)
    support_phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    sender_name = models.CharField(max_length=80, blank=True)
    terms_en = models.TextField(blank=True)
    terms_ar = models.TextField(blank=True)
    privacy_en = models.TextField(blank=True)
    privacy_ar = models.TextField(blank=True)
    hidden_entries = models.JSONField(default=list, blank=True)
    brand_version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=~models.Q(kind="agent"), name="tenants_site_one_main_and_one_master"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_tenant_type(self) -> str:
        return self.type

    @property
    def is_open(self) -> bool:
        """Whether people may sign in and buy here."""
        return self.ready and self.state == SiteState.ACTIVE

    def text(self, field: str, language: str) -> str:
        """A bilingual field in `language`, else in the other one."""
        first, second = (f"{field}_ar", f"{field}_en") if language == "ar" else (f"{field}_en", f"{field}_ar")
        return str(getattr(self, first) or getattr(self, second))

    def save(self, *args: Any, **kwargs: Any) -> None:
        # TenantMixin.save() insists on the public schema and creates schemas; our services decide both.
        models.Model.save(self, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return models.Model.delete(self, *args, **kwargs)
