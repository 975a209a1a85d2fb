"""The words of statements."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Whose statement it is."""

    MERCHANT = "merchant", _("Merchant")
    AGENT = "agent", _("Agent")
    PLATFORM = "platform", _("Platform")


class State(TextChoices):
    QUEUED = "queued", _("Waiting")
    MAKING = "making", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


PREFIXES = {Level.MERCHANT: "MS", Level.AGENT: "AS", Level.PLATFORM: "PS"}
