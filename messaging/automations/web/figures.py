"""What came of an automation or campaign: figures that tie up, each a link to its messages, and a choice of period."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messaging.choices import ARRIVED, ON_THE_WAY, State
from messaging.queries.results import Counts
from ui import clock as ui_clock
from ui.components import Tab

PERIODS: dict[str, tuple[Any, int | None]] = {
    "30": (_("30 days"), 30), "90": (_("90 days"), 90), "365": (_("1 year"), 365), "all": (_("All"), None),
}  # fmt: skip
USUAL = "30"
OWNED = ("taken", "redeemed", "lapsed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and where its messages are listed."""

    label: Any
    value: int
    url: str


@dataclass(frozen=True)
class Period:
    """The chosen part of the past by the site's days; `first` is None for all of it. `tabs` are to choose another."""

    first: dt.date | None
    since: dt.datetime | None
    tabs: list[Tab]


def period_of(request: HttpRequest, *, now: dt.datetime) -> Period:
    """What the address asks for, or the last 30 days."""
    code = request.GET.get("period", USUAL)
    code = code if code in PERIODS else USUAL
    days = PERIODS[code][1]
    first = now.astimezone(ui_clock.zone()).date() - dt.timedelta(days=days - 1) if days else None
    since = dt.datetime.combine(first, dt.time(), ui_clock.zone()) if first else None
    tabs = [Tab(label, f"{request.path}?period={key}", current=key == code) for key, (label, _days) in PERIODS.items()]
    return Period(first, since, tabs)


def of_source(source_id: uuid.UUID, counts: Counts, *, first: dt.date | None = None) -> list[Figure]:
    """The figures of an automation or campaign, of what was queued from the day `first` on."""
    narrowed: list[tuple[str, str]] = [("source", str(source_id))]
    if first:
        narrowed.append(("at_from", first.isoformat()))

    def figure(label: Any, value: int, **wanted: Any) -> Figure:
        more = [(name, str(one)) for name, several in wanted.items() for one in several]
        return Figure(label, value, f"{reverse('messages:list')}?{urlencode([*narrowed, *more])}")

    return [
        figure(_("Recipients"), counts.recipients),
        figure(_("Sent"), counts.sent, state=ARRIVED),
        figure(_("On the way"), counts.waiting, state=ON_THE_WAY),
        figure(_("Outcome unknown"), counts.unknown, state=[State.UNKNOWN]),
        figure(_("Failed"), counts.failed, state=[State.FAILED]),
        figure(pgettext_lazy("messages", "Taken back"), counts.taken_back, state=[State.CANCELLED]),
        figure(_("Delivered"), counts.delivered, state=[State.DELIVERED, State.READ]),
        figure(_("Read"), counts.read, state=[State.READ]),
        figure(_("Coupons given"), counts.claimed, coupon=OWNED),
        figure(_("Redeemed"), counts.redeemed, coupon=["redeemed"]),
        figure(_("Credits used"), counts.charged, charge=["spent"]),
    ]
