"""How a site's sending is: what waits, what failed, and the codes that it pays for itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Count, F, Min, Q, When

from messaging.choices import ARRIVED, State, Trigger, Type
from messaging.models import Message

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """`waiting`: messages whose time has come, the oldest of them since `since`; `sent` and `failed`: what became of
    those queued within a day; `codes`: `count_codes`."""

    waiting: int
    since: dt.datetime | None
    sent: int
    failed: int
    codes: int


def count_codes(*, now: dt.datetime) -> int:
    """Codes within an hour that the site pays for. It pays for nothing else, so this reads a few rows of an index."""
    lately = Message.objects.filter(merchant=None, trigger=Trigger.CODE, created_at__gt=now - HOUR)
    return lately.exclude(state=State.CANCELLED).count()


def figures(*, now: dt.datetime) -> Figures:
    """Of the open site."""
    # What somebody asked for is wanted at once, whatever puts it off; the rest when its hour has come.
    asked = Q(type=Type.UI)
    queued = Message.objects.filter(asked | Q(due_at__lte=now), state=State.QUEUED)
    waits = queued.aggregate(n=Count("id"), since=Min(Case(When(asked, then=F("created_at")), default=F("due_at"))))
    lately = Message.objects.filter(created_at__gt=now - DAY).aggregate(
        sent=Count("id", filter=Q(state__in=ARRIVED)), failed=Count("id", filter=Q(state=State.FAILED))
    )
    return Figures(waits["n"], waits["since"], lately["sent"], lately["failed"], count_codes(now=now))
