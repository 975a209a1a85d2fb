"""What the room of messages asks of automations and campaigns."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from messaging.automations.choices import CampaignState, PauseReason, State
from messaging.automations.models import Automation, Campaign

NEWEST = 200  # campaigns to choose from


def resting(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those that a person stopped: their queued messages wait. Whatever pauses by itself lets go what it has queued."""
    stopped = Q(state=State.PAUSED, pause_reason=PauseReason.BY_HAND)
    automations = Automation.objects.filter(stopped | Q(state=State.OFF), id__in=ids)
    campaigns = Campaign.objects.filter(
        stopped | Q(state__in=[CampaignState.DRAFT, CampaignState.CANCELLED]), id__in=ids
    )
    return {*automations.values_list("id", flat=True), *campaigns.values_list("id", flat=True)}


def names(asked: uuid.UUID | None) -> list[tuple[uuid.UUID, Any]]:
    """Every automation, the newest campaigns, and the one that is asked for."""
    found = {row.id: row.get_kind_display() for row in Automation.objects.order_by("kind")}
    found |= dict(Campaign.objects.order_by("-created_at").values_list("id", "name")[:NEWEST])
    if asked and asked not in found:
        found |= dict(Campaign.objects.filter(id=asked).values_list("id", "name"))
    return list(found.items())
