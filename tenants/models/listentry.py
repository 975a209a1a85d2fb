"""The platform's lists: categories, business types, countries, cities, in both languages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import uuid7


class ListEntry(models.Model):
    """One entry. Rows elsewhere hold its `code`, which never changes; a site may hide entries from its own screens."""

    class Kind(models.TextChoices):
        CATEGORY = "category", _("Category")
        BUSINESS_TYPE = "business_type", _("Business type")
        COUNTRY = "country", _("Country")
        CITY = "city", _("City or region")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    code = models.CharField(max_length=40)
    parent = models.CharField(max_length=40, blank=True)  # the country's code, for a city
    name_en = models.CharField(max_length=80)
    name_ar = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="tenants_listentry_kind_code")]
        ordering = ["kind", "position", "name_en"]

    def __str__(self) -> str:
        return self.name_en

    def name(self, language: str) -> str:
        return self.name_ar if language == "ar" else self.name_en
