"""How many days it takes until everybody has it, by its own cap and by WhatsApp's limit, and who is not reached before
the day of the occasion is over. At level site."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kernel import clock
from merchants import words
from merchants.models import Merchant
from messaging.automations import dates
from messaging.automations.choices import CampaignState, Kind
from messaging.automations.models import Automation, Campaign
from messaging.automations.services import standing
from messaging.services import allowance

DAY = dt.timedelta(days=1)
NEVER = dt.date.max


@dataclass(frozen=True, slots=True)
class Forecast:
    """About `a_day` people in a day, the last of them on `until`. `by_whatsapp`: its limit says so, and not the cap.

    `short`: so many are not reached at all, because their day is over before it is their turn, or the batch ends:
    then its last day is `ends`. `is_full`: today's part is used up.
    """

    a_day: int
    until: dt.date
    by_whatsapp: bool
    short: int = 0
    is_full: bool = False
    ends: dt.date | None = None


@dataclass(frozen=True, slots=True)
class _Pace:
    """So many people today, and about so many on each day after."""

    today: int
    a_day: int
    by_whatsapp: bool


def of_campaign(campaign: Campaign, merchant: Merchant, people: int, *, now: dt.datetime) -> Forecast | None:
    """Of one to whom `people` are still to be written; None: they all get it on one day."""
    today = clock.local_date(now, merchant.time_zone)
    begins = today
    if campaign.state != CampaignState.RUNNING and campaign.scheduled_at:
        begins = max(today, clock.local_date(campaign.scheduled_at, merchant.time_zone))
    return _spread(_pace(campaign, merchant, now), people, begins, today)


def of_automation(
    automation: Automation, merchant: Merchant, people: int, begins: dt.date, days: Mapping[dt.date, int], *,
    now: dt.datetime,
) -> Forecast | None:  # fmt: skip
    """Of `people` who are all due on the day `begins`, and of how many have their occasion on each of `days`, or may be
    written to from there on (recall); None: the former all get it on one day, and the latter in time."""
    pace, today = _pace(automation, merchant, now), clock.local_date(now, merchant.time_zone)
    found = _spread(pace, people, begins, today)
    ends = words.last_day(automation.batch.claim_until, merchant.time_zone) if automation.batch else NEVER
    reached = _in_time(automation, days, today, pace, ends)
    short = sum(days.values()) - reached
    if not short:
        return found
    by_batch = automation.kind == Kind.RECALL or reached < _in_time(automation, days, today, pace, NEVER)
    return replace(
        found or Forecast(pace.a_day, max(days), pace.by_whatsapp), short=short, ends=ends if by_batch else None
    )


def _pace(source: Automation | Campaign, merchant: Merchant, now: dt.datetime) -> _Pace:
    share = allowance.a_day(merchant.id, now=now)
    a_day = source.daily_cap if share is None else min(source.daily_cap, share)
    return _Pace(standing.room_today(source, merchant, now), a_day, by_whatsapp=a_day < source.daily_cap)


def _spread(pace: _Pace, people: int, begins: dt.date, today: dt.date) -> Forecast | None:
    room = pace.today if begins == today else pace.a_day
    later = people - room
    if later <= 0:
        return None
    until = begins + dt.timedelta(days=-(-later // pace.a_day))
    return Forecast(pace.a_day, until, pace.by_whatsapp, is_full=not room)


def _in_time(
    automation: Automation, days: Mapping[dt.date, int], today: dt.date, pace: _Pace, ends: dt.date
) -> int:  # fmt: skip
    """How many of them get it while they are due, until the day `ends`: whose occasion is first comes first, as in the
    run."""
    room = defaultdict(lambda: pace.a_day, {today: pace.today})
    reached = 0
    for day, waiting in sorted(days.items()):
        for first, last in _windows(automation, day):
            date = max(first, today)
            while waiting and date <= min(last, ends):
                taken = min(waiting, room[date])
                room[date] -= taken
                waiting -= taken
                reached += taken
                date += DAY
    return reached


def _windows(automation: Automation, day: dt.date) -> list[tuple[dt.date, dt.date]]:
    """From when until when somebody is due whose birthday, festival or coupon's last day is `day`; a recall waits."""
    if automation.kind == Kind.RECALL:
        return [(day, NEVER)]
    if automation.kind == Kind.REMINDER:
        return [(day - ((automation.days or 1) - 1) * DAY, day)]
    if automation.kind == Kind.FESTIVAL:
        return [(day - (automation.days_before or 0) * DAY, day)]
    found = []
    if automation.days_before is not None:
        found.append((day - automation.days_before * DAY, day))
    if automation.days_after is not None:
        after = day + automation.days_after * DAY
        found.append((after, after + dates.LATE * DAY))
    return found
