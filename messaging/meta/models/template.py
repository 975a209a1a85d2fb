"""A message text that Meta approved, or has still to approve."""

from __future__ import annotations

from django.db import models

from messaging.meta.choices import Purpose, TemplateStatus
from tenants.walls.base import PublicModel


class MessageTemplate(PublicModel):
    """Of one site, purpose and language: the button leads to the site's own domain."""

    site_id = models.UUIDField()
    purpose = models.CharField(max_length=20, choices=Purpose)
    language = models.CharField(max_length=5)
    name = models.CharField(max_length=80)  # at Meta; the languages of a purpose share it
    category = models.CharField(max_length=20)  # as Meta has it, which may differ from what was asked for
    status = models.CharField(max_length=20, choices=TemplateStatus, blank=True, default=TemplateStatus.MISSING)
    reason = models.CharField(max_length=300, blank=True)  # why it is rejected, paused, or could not be submitted
    meta_id = models.CharField(max_length=40, blank=True)
    body = models.TextField(blank=True)
    link_base = models.CharField(max_length=300, blank=True)  # where the button leads, without the serial
    submitted_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            # What is sent: the site's template for a purpose in a language.
            models.UniqueConstraint(fields=["site_id", "purpose", "language"], name="meta_template_once"),
        ]
        indexes = [
            # A webhook about a template names it by id.
            models.Index(fields=["meta_id"], condition=~models.Q(meta_id=""), name="meta_template_by_id"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.language}"

    @property
    def is_usable(self) -> bool:
        return self.status == TemplateStatus.APPROVED
