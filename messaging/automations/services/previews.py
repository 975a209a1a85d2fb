"""Who would get it and what it would cost, before anything is switched on.

Called at level merchant; looks at level site, at the merchant's own customers only (`recipients` filters by it), in a
few statements however many they are.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from credits.choices import CreditUnit
from credits.queries import balances
from kernel import clock
from merchants.models import Batch, Merchant
from messaging import festivals
from messaging.automations.choices import CampaignState, Kind
from messaging.automations.models import Automation, Campaign
from messaging.automations.queries import recipients
from messaging.automations.queries.recipients import Reasons
from messaging.automations.segments import Segment
from messaging.automations.services import forecasts, switching
from messaging.automations.services.forecasts import Forecast
from messaging.consent.services import countries
from messaging.services import allowance
from tenants.walls import current_site, wall

MONTH = 30
SHOWN = 8


@dataclass(frozen=True)
class Preview:
    """`now`: who is due at the next run. `later`: who is due until `until`, those included. `short` of the latter are
    not reached in time.

    `names` are some of the latter, as the merchant's own list of customers shows them. `coupons_left`: free online
    coupons of the batch, None where no batch is needed. `ends`: the batch's last day, where somebody misses it by that.
    """

    now: Reasons
    later: Reasons
    until: dt.date
    names: list[str]
    credits: int
    without_birthday: int = 0
    coupons_left: int | None = None
    festival: festivals.Occurrence | None = None
    forecast: Forecast | None = None
    ends: dt.date | None = None

    @property
    def short(self) -> int:
        return self.forecast.short if self.forecast else 0

    @property
    def needed(self) -> int:
        return self.later.will_get - self.short

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.credits)

    @property
    def coupons_missing(self) -> int:
        return 0 if self.coupons_left is None else max(0, self.needed - self.coupons_left)


def of_automation(automation: Automation, merchant: Merchant, *, now: dt.datetime) -> Preview:
    """The next 30 days, or until the next festival, by the settings in `automation`, saved or not."""
    today = clock.local_date(now, merchant.time_zone)
    ahead, coming = _ahead(automation, merchant, today)
    with wall(current_site(), "site"):
        batch = automation.batch if automation.batch_id else None
        sends_to = _countries(merchant)
        near, far = (
            recipients.judged(
                recipients.population(automation, merchant, now=now, ahead=days), automation, batch=batch,
                sends_to=sends_to,
            )
            for days in (0, ahead)
        )  # fmt: skip
        until, soon, later = today + dt.timedelta(days=ahead), recipients.count(near), recipients.count(far)
        # A festival comes to all at once, anything else day by day; a recall can wait for ever.
        people, begins = (later.will_get, until) if coming else (soon.will_get, today)
        days = _days(far, automation, merchant, today)
        forecast = forecasts.of_automation(automation, merchant, people, begins, days, now=now)
        too_early = switching.ends_before_festival(automation, batch, merchant, today=today) if coming else None
        return Preview(
            now=soon, later=later, until=until, names=_names(far), credits=_credits(merchant),
            coupons_left=_coupons(batch), festival=coming,
            forecast=forecast, ends=too_early or (forecast.ends if forecast else None),
            without_birthday=recipients.count_without_birthday(merchant.id) if automation.kind == Kind.BIRTHDAY else 0,
        )  # fmt: skip


def people_of_automation(automation: Automation, merchant: Merchant, *, now: dt.datetime) -> recipients.Rows:
    """Everybody whom `of_automation` counts as later, each with an `outcome`. Read at level merchant."""
    ahead, _coming = _ahead(automation, merchant, clock.local_date(now, merchant.time_zone))
    batch = automation.batch if automation.batch_id else None
    rows = recipients.population(automation, merchant, now=now, ahead=ahead)
    return recipients.told(recipients.judged(rows, automation, batch=batch, sends_to=_countries(merchant)))


def people_of_campaign(campaign: Campaign, merchant: Merchant, *, now: dt.datetime) -> recipients.Rows:
    """Everybody of the segment as it is now, each with an `outcome`. Read at level merchant."""
    rows = recipients.segment(campaign, merchant, campaign.wanted, now=now)
    judged = recipients.judged(rows, campaign, batch=campaign.batch, sends_to=_countries(merchant))
    return recipients.told(judged)


def _countries(merchant: Merchant) -> list[str]:
    """Where the site's number sends to; of which country the merchant's customers are is known from now on."""
    with wall(current_site(), "site"):
        countries.learn(merchant_id=merchant.id)
        return allowance.countries()


def _ahead(
    automation: Automation, merchant: Merchant, today: dt.date
) -> tuple[int, festivals.Occurrence | None]:  # fmt: skip
    """How many days a preview looks ahead: a month, or until the next festival, which is the second."""
    coming = switching.next_festival(automation, merchant, today=today) if automation.kind == Kind.FESTIVAL else None
    return max(0, (coming.day - today).days - (automation.days_before or 0)) if coming else MONTH, coming


def _days(rows: recipients.Rows, automation: Automation, merchant: Merchant, today: dt.date) -> dict[dt.date, int]:
    """How many are written to by the day of their occasion; of a recall by the first day on which they may be."""
    if automation.kind != Kind.RECALL:
        return recipients.count_by_day(rows)
    found: dict[dt.date, int] = defaultdict(int)
    for seen, people in recipients.count_by_visit(rows, merchant).items():
        found[max(today, seen + dt.timedelta(days=automation.days or 1))] += people
    return found


def of_campaign(campaign: Campaign, wanted: Segment, merchant: Merchant, *, now: dt.datetime) -> Preview:
    """Everybody of the segment as it is now."""
    with wall(current_site(), "site"):
        rows = recipients.judged(
            recipients.segment(campaign, merchant, wanted, now=now), campaign, batch=campaign.batch,
            sends_to=_countries(merchant),
        )  # fmt: skip
        reasons = recipients.count(rows)
        return Preview(
            now=reasons, later=reasons, until=clock.local_date(now, merchant.time_zone), names=_names(rows),
            credits=_credits(merchant), coupons_left=_coupons(campaign.batch),
            forecast=forecasts.of_campaign(campaign, merchant, reasons.will_get, now=now),
        )  # fmt: skip


def left_of_campaign(campaign: Campaign, merchant: Merchant, *, now: dt.datetime) -> Forecast | None:
    """How long a campaign under way still takes, for those to whom it has not written yet."""
    if campaign.state != CampaignState.RUNNING:
        return None
    with wall(current_site(), "site"):
        rows = recipients.still_meant(recipients.segment(campaign, merchant, campaign.wanted, now=now), campaign)
        judged = recipients.judged(rows, campaign, batch=campaign.batch, sends_to=_countries(merchant))
        left = recipients.count(judged).will_get
        return forecasts.of_campaign(campaign, merchant, left, now=now)


def with_setting(merchant: Merchant, kind: str, setting: switching.Setting, *, now: dt.datetime) -> Automation:
    """The merchant's automation as it would be with these settings; not saved."""
    found = switching.get_or_new(merchant, kind, now=now)
    for name in switching.SET:
        setattr(found, name, list(setting.festivals) if name == "festivals" else getattr(setting, name))
    return found


def _names(rows: recipients.Rows) -> list[str]:
    return list(recipients.due(rows).values_list("customer__name", flat=True)[:SHOWN])


def _credits(merchant: Merchant) -> int:
    return balances.wallet_of_merchant(merchant.id, CreditUnit.WA_BI).available


def _coupons(batch: Batch | None) -> int | None:
    if batch is None:
        return None
    return batch.coupons.filter(state="available", lane="online").count()
