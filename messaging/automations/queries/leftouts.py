"""Who was left out of a campaign or an automation, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count

from messaging.automations.choices import Outcome, Skipped
from messaging.automations.models import Automation, Campaign, Occasion

LABELS: dict[str, Any] = {one.value: one.label for one in (*Skipped, *Outcome)}


def of_campaign(campaign: Campaign) -> list[tuple[Any, int]]:
    """Reasons and numbers: those who were left out when it began, and those passed over later."""
    return _named(Counter(campaign.left_out) + _skipped({"campaign_id": campaign.id}))


def of_automation(automation: Automation, *, since: dt.datetime | None) -> list[tuple[Any, int]]:
    """Reasons and numbers of those who were passed over when their occasion had come."""
    return _named(_skipped({"automation_id": automation.id, **({"at__gte": since} if since else {})}))


def _skipped(which: dict[str, Any]) -> Counter[str]:
    rows = Occasion.objects.filter(**which).exclude(skipped=Skipped.NO).order_by()
    return Counter(dict(rows.values_list("skipped").annotate(n=Count("id"))))


def _named(counted: Counter[str]) -> list[tuple[Any, int]]:
    return [(LABELS[code], number) for code, number in sorted(counted.items()) if number]
