"""One occasion of one customer: its row and its message in one transaction, or neither.

The unique key of `Occasion` decides, so a second worker, a second run and a crash in between give nobody a second
message. The row of the automation (or campaign) is locked first: it counts the day and says whether it is still on.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When

from accounts.actors import system
from kernel import clock, crypto
from kernel.ids import uuid7
from merchants.models import Merchant
from messaging import quiet
from messaging.automations.choices import TRIGGERS, CampaignState, Kind, Skipped, State
from messaging.automations.models import Automation, Campaign, Occasion
from messaging.automations.queries.recipients import Due
from messaging.choices import Trigger
from messaging.consent.services import countries
from messaging.errors import NoCoupon, NotToCountry, NotWanted, TooLate
from messaging.services import outcomes, queue
from tenants.walls import current_site

log = structlog.get_logger("couponry.automations")
ACTOR = system("automations")
# Of a batch that gives nothing at this moment, but will again.
WAITED_FOR = frozenset({"paused", "not_yet"})
ONCE = frozenset({"automations_occasion_once", "automations_occasion_once_a_campaign"})


class Opened(StrEnum):
    """What became of one occasion. `FULL`: the day's cap is reached, it is not on any more, or its batch waits."""

    SENT = "sent"
    SKIPPED = "skipped"
    BEFORE = "before"
    FULL = "full"


class Exhausted(Exception):
    """The batch gives nobody a coupon any more."""


def open_for(source: Automation | Campaign, merchant: Merchant, due: Due, *, now: dt.datetime) -> Opened:
    """Write to one customer for one occasion, once. At level site.

    Raises InsufficientCredits, WhatsAppOff, Exhausted; then nothing is left behind, and it is due still.
    """
    try:
        return _write(source, merchant, due, now)
    except IntegrityError as error:
        return _before(error)
    except NotWanted:
        return _skip(source, due, Skipped.NOT_WANTED, now)
    except TooLate:
        return _skip(source, due, Skipped.TOO_LATE, now)
    except crypto.CannotOpen:
        log.error("the number of a customer could not be read", customer_id=str(due.customer_id))
        return _skip(source, due, Skipped.UNREADABLE, now)  # nobody behind it waits for this one
    except NotToCountry:
        countries.learn_of(due.customer_id)  # from now on left out, and still due should the number send there one day
        return Opened.SKIPPED
    except NoCoupon as error:
        if error.outcome in WAITED_FOR:
            return Opened.FULL
        if error.outcome != "held":
            raise Exhausted(error.outcome) from error
        return _skip(source, due, Skipped.HAS_COUPON, now)


def _write(source: Automation | Campaign, merchant: Merchant, due: Due, now: dt.datetime) -> Opened:
    with transaction.atomic():
        if not _count(source, clock.local_date(now, merchant.time_zone)):
            return Opened.FULL
        occasion, key = _come_again(source, due) or _come(source, due, now)
        phone = crypto.open_sealed(due.phone_sealed, site_id=current_site().id, field="phone")
        zone = quiet.zone_of(phone, otherwise=merchant.time_zone)
        queue.enqueue(
            trigger=trigger_of(source), key=key, customer_id=due.customer_id, merchant_id=source.merchant_id,
            coupon_id=due.coupon_id, purpose=source.purpose, festival=festival_of(due.key),
            batch_id=None if due.coupon_id else source.batch_id, automation_id=source.id, occasion_id=occasion.id,
            campaign_name=source.name if isinstance(source, Campaign) else "",
            quiet_hours=quiet.Hours(zone, source.quiet_from, source.quiet_to), now=now, actor=ACTOR, wake=False,
            worth_until=_worth_until(source, due, zone),
        )  # fmt: skip
    return Opened.SENT


def _worth_until(source: Automation | Campaign, due: Due, zone: str) -> dt.datetime | None:
    """When the customer's own day of a festival is over, or of a birthday that is not greeted afterwards, too."""
    if isinstance(source, Campaign) or due.day is None or source.kind == Kind.REMINDER:
        return None  # a coupon tells its own end
    return clock.end_of_day(due.day, zone) if source.days_after is None else None


def _come(source: Automation | Campaign, due: Due, now: dt.datetime) -> tuple[Occasion, str]:
    """A new occasion, and the key of its message. Raises IntegrityError where it is there already."""
    occasion = _occasion(source, due, Skipped.NO, now)
    occasion.save(force_insert=True)
    return occasion, f"occasion:{occasion.id}"


def _come_again(source: Automation | Campaign, due: Due) -> tuple[Occasion, str] | None:
    """One of which nobody has heard, with the key of its next message; None: there is none. `source` is locked."""
    which = {"campaign": source} if isinstance(source, Campaign) else {"automation": source, "key": due.key}
    occasion = Occasion.objects.filter(customer_id=due.customer_id, **which).first()
    lost = outcomes.sent_anew(occasion.id) if occasion else None
    if occasion is None or lost is None:
        return None
    if isinstance(source, Campaign):  # it was counted before
        Campaign.objects.filter(id=source.id).update(opened=F("opened") - 1)
    return occasion, f"occasion:{occasion.id}:{lost}"


def festival_of(key: str) -> str:
    """The code of the festival of an occasion; "" where it is none. The key is that of `festivals.Occurrence`."""
    kind, _colon, rest = key.partition(":")
    return rest.partition(":")[0] if kind == Kind.FESTIVAL else ""


def trigger_of(source: Automation | Campaign) -> Trigger:
    """What its messages are set off by; that decides what they cost."""
    return Trigger.CAMPAIGN if isinstance(source, Campaign) else TRIGGERS[Kind(source.kind)]


def _skip(source: Automation | Campaign, due: Due, why: Skipped, now: dt.datetime) -> Opened:
    """Note that the occasion came and nothing was sent, so that it is not tried again."""
    try:
        with transaction.atomic():
            _occasion(source, due, why, now).save(force_insert=True)
    except IntegrityError as error:
        return _before(error)
    return Opened.SKIPPED


def _before(error: IntegrityError) -> Opened:
    """That the occasion is there already. Raises what broke any other law of the database."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(diagnosis, "constraint_name", None) not in ONCE:
        raise error
    return Opened.BEFORE


def _occasion(source: Automation | Campaign, due: Due, skipped: Skipped, now: dt.datetime) -> Occasion:
    which = {"campaign": source} if isinstance(source, Campaign) else {"automation": source}
    return Occasion(
        id=uuid7(), merchant_id=source.merchant_id, customer_id=due.customer_id, key=due.key, at=now, skipped=skipped,
        **which,
    )  # fmt: skip


def _count(source: Automation | Campaign, today: dt.date) -> bool:
    """Count one more for today, where it is still on and the day is not full. Locks the row."""
    room = Q(counted_on__isnull=True) | ~Q(counted_on=today) | Q(counted__lt=F("daily_cap"))
    counted = Case(When(counted_on=today, then=F("counted") + 1), default=Value(1))
    if isinstance(source, Campaign):
        running = Campaign.objects.filter(room, id=source.id, state=CampaignState.RUNNING)
        return bool(running.update(counted=counted, counted_on=today, opened=F("opened") + 1))
    return bool(Automation.objects.filter(room, id=source.id, state=State.ON).update(counted=counted, counted_on=today))
