"""Who is due for what: a few statements over a merchant's customers, however many there are. At level site.

Three steps. `population`: for whom the occasion has come, each with its key. `reasons`: why somebody is left out.
`due`: the rest, in the order of the population.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, TruncDate

from kernel import clock
from merchants.models import Batch, Coupon, Merchant, MerchantCustomer, Redemption
from messaging import festivals
from messaging.automations import dates
from messaging.automations.choices import Kind
from messaging.automations.models import Automation, Campaign, Occasion
from messaging.automations.segments import Segment
from messaging.choices import COMES_AGAIN
from messaging.consent.choices import UNREADABLE
from messaging.consent.choices import State as Consent
from messaging.consent.models import OptIn
from messaging.consent.queries import register
from messaging.models import Message

Rows = Any  # QuerySet[MerchantCustomer] or QuerySet[Coupon], with annotations
# A reminder is for a coupon that one has had for a while; not for one that is short from the start.
SETTLED = dt.timedelta(hours=24)
_TEXT = CharField()
_DAY = DateField()
NO = Value(False)  # noqa: FBT003 a value of SQL
NEVER = Value(None, output_field=_DAY)
# A coupon that ends at midnight has its last day before it.
_LAST_MOMENT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody to write to. `coupon_id` only for a reminder; else the batch gives one. `row_id` continues a list.

    `day` is that of the occasion, where it has one.
    """

    row_id: uuid.UUID
    customer_id: uuid.UUID
    phone_sealed: str
    key: str
    day: dt.date | None
    coupon_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """How many the occasion has come for, and why some are left out; each counts under the first that holds."""

    all: int
    no_optin: int
    stopped: int
    abroad: int
    had_it: int
    has_coupon: int
    will_get: int

    @property
    def left_out(self) -> dict[str, int]:
        """Those that are left out, by reason."""
        return {name: value for name, value in asdict(self).items() if value and name not in {"all", "will_get"}}


def population(automation: Automation, merchant: Merchant, *, now: dt.datetime, ahead: int = 0) -> Rows:
    """For whom the occasion has come by the merchant's clock, or comes within `ahead` days; who would miss it first
    comes first.

    Each row has `occasion`, its key, and `day`: the birthday, the festival, or the coupon's last day; none for a
    recall, which can wait. Rows are MerchantCustomer, and Coupon for a reminder.
    """
    today = clock.local_date(now, merchant.time_zone)
    if automation.kind == Kind.BIRTHDAY:
        return _birthdays(automation, merchant, today, ahead)
    if automation.kind == Kind.RECALL:
        return _away(automation, merchant, today, ahead)
    if automation.kind == Kind.FESTIVAL:
        return _festival(automation, merchant, today, ahead)
    return _ending(automation, merchant, now, ahead)


def segment(campaign: Campaign, merchant: Merchant, wanted: Segment, *, now: dt.datetime) -> Rows:
    """The customers a campaign is for, in the order in which its portions go on."""
    rows = _seen(_customers(merchant))
    today = clock.local_date(now, merchant.time_zone)
    if wanted.seen_within is not None:
        since = today - dt.timedelta(days=wanted.seen_within)
        rows = rows.filter(seen__gte=clock.start_of_day(since, merchant.time_zone))
    if wanted.away_for is not None:
        until = today - dt.timedelta(days=wanted.away_for)
        rows = rows.filter(seen__lt=clock.end_of_day(until, merchant.time_zone))
    if wanted.language:
        rows = rows.filter(customer__language=wanted.language)
    if wanted.tags:
        rows = rows.filter(tag_keys__overlap=wanted.tag_keys)
    own = Coupon.objects.filter(merchant_id=merchant.id, customer_id=OuterRef("customer_id"))
    used = Redemption.objects.filter(
        merchant_id=merchant.id, coupon__customer_id=OuterRef("customer_id"), undone_at__isnull=True
    )
    taken = own.filter(taken_at__isnull=False)
    if wanted.cities:
        there = Exists(taken.filter(batch__city__in=wanted.cities))
        rows = rows.filter(there | Exists(used.filter(branch__city__in=wanted.cities)))
    if wanted.claimed:
        rows = rows.filter(Exists(taken.filter(batch_id=wanted.claimed)))
    if wanted.redeemed:
        rows = rows.filter(Exists(used.filter(batch_id=wanted.redeemed)))
    return rows.annotate(occasion=Value(f"campaign:{campaign.id}", output_field=_TEXT), day=NEVER).order_by("pk")


def still_meant(rows: Rows, campaign: Campaign) -> Rows:
    """Those of its segment to whom a campaign may still write: once everybody had it, only whose message was lost."""
    if campaign.reached_at is None:
        return rows
    return rows.filter(Exists(Occasion.objects.filter(campaign_id=campaign.id, customer_id=OuterRef("customer_id"))))


def judged(rows: Rows, of: Automation | Campaign, *, batch: Batch | None, sends_to: Sequence[str]) -> Rows:
    """The population with a mark for each reason to leave somebody out.

    `sends_to`: the countries that the site's number sends to, none: to all. Whose country is not known counts as one.
    """
    near = [*sends_to, UNREADABLE]  # of a number that cannot be read, whoever writes to it says so
    # A message that was never posted did not happen.
    lost = Message.objects.filter(occasion_id=OuterRef("id"), error__in=COMES_AGAIN)
    done = Occasion.objects.filter(~Exists(lost), customer_id=OuterRef("customer_id"))
    done = (
        done.filter(campaign_id=of.id)
        if isinstance(of, Campaign)
        else done.filter(automation_id=of.id, key=OuterRef("occasion"))
    )
    agreed = OptIn.objects.filter(merchant_id=of.merchant_id, customer_id=OuterRef("customer_id"), state=Consent.GIVEN)
    return rows.annotate(
        agreed=Exists(agreed),
        far=Exists(agreed.filter(country__isnull=False).exclude(country__in=near)) if sends_to else NO,
        silent=Exists(register.stops().filter(phone_index=OuterRef("customer__phone_index"))),
        had=Exists(done),
        full=_has_enough(batch),
    )  # fmt: skip


def _has_enough(batch: Batch | None) -> Any:
    """Whether the customer holds as many coupons of the batch as one may."""
    if batch is None:
        return NO
    mine = Coupon.objects.filter(batch_id=batch.id, customer_id=OuterRef("customer_id")).exclude(
        state=Coupon.State.VOID
    )
    if batch.per_customer_limit == 1:
        return Exists(mine)
    enough = mine.order_by().values("customer_id").annotate(n=Count("id")).filter(n__gte=batch.per_customer_limit)
    return Exists(enough)


def _in_order() -> dict[str, dict[str, bool]]:
    """Each reason to leave somebody out, and that there is none, with the marks by which it is known.

    In this order: whoever has several counts under the first.
    """
    found: dict[str, dict[str, bool]] = {}
    before: dict[str, bool] = {}
    for name, mark, holds in (
        ("no_optin", "agreed", False), ("stopped", "silent", True), ("abroad", "far", True), ("had_it", "had", True),
        ("has_coupon", "full", True),
    ):  # fmt: skip
        found[name] = {**before, mark: holds}
        before[mark] = not holds
    return {**found, "will_get": before}


_REASONS = _in_order()


def count(rows: Rows) -> Reasons:
    """How many, and why not, in one statement."""
    found = rows.aggregate(
        all=Count("pk"), **{name: Count("pk", filter=Q(**which)) for name, which in _REASONS.items()}
    )
    return Reasons(**found)


def count_by_day(rows: Rows) -> dict[dt.date, int]:
    """How many of those who are written to have their occasion on which day, where it has one."""
    return dict(due(rows).order_by().values_list("day").annotate(n=Count("pk")))


def count_by_visit(rows: Rows, merchant: Merchant) -> dict[dt.date, int]:
    """How many of those who are written to by a recall were last seen on which day."""
    day = TruncDate("seen", tzinfo=ZoneInfo(merchant.time_zone))
    return dict(due(rows).order_by().annotate(visit=day).values_list("visit").annotate(n=Count("pk")))


def told(rows: Rows) -> Rows:
    """Everybody of a judged population, with `outcome`: will_get, or the name of the first reason that holds."""
    reasons = [When(**which, then=Value(name)) for name, which in _REASONS.items()]
    named = Case(*reasons, output_field=_TEXT)
    return rows.select_related("customer").annotate(outcome=named)


def due(rows: Rows) -> Rows:
    """Those who are written to, in the order of the population."""
    return rows.filter(**_REASONS["will_get"])


def list_due(rows: Rows, *, limit: int, after: uuid.UUID | None = None) -> list[Due]:
    """The first `limit` of those who are written to; of a segment, those beyond the row `after`."""
    found = due(rows).filter(pk__gt=after) if after else due(rows)
    coupon = ["pk"] if rows.model is Coupon else []
    names = ["pk", "customer_id", "customer__phone_sealed", "occasion", "day", *coupon]
    return [Due(*row) for row in found.values_list(*names)[:limit]]


def count_without_birthday(merchant_id: uuid.UUID) -> int:
    """Customers whose birthday is not known: tills take printed coupons for a bare number."""
    rows = MerchantCustomer.objects.filter(merchant_id=merchant_id, customer__erased_at__isnull=True)
    return rows.filter(customer__birth_month__isnull=True).count()


def _customers(merchant: Merchant) -> Rows:
    return MerchantCustomer.objects.filter(merchant_id=merchant.id, customer__erased_at__isnull=True)


def _nobody(merchant: Merchant) -> Rows:
    return _customers(merchant).none().annotate(occasion=Value("", output_field=_TEXT), day=NEVER)


def _seen(rows: Rows) -> Rows:
    """With `seen`: when somebody last took a coupon, or used one."""
    return rows.annotate(seen=Greatest(F("last_at"), Coalesce(F("last_redeemed_at"), F("last_at"))))


def _birthdays(automation: Automation, merchant: Merchant, today: dt.date, ahead: int) -> Rows:
    targets = dates.birthdays_due(today, before=automation.days_before, after=automation.days_after, ahead=ahead)
    if not targets:
        return _nobody(merchant)
    born = [Q(customer__birth_month=target.month, customer__birth_day=target.day) for target in targets]
    keys = [When(when, then=Value(target.key)) for when, target in zip(born, targets, strict=True)]
    days = [When(when, then=Value(target.date)) for when, target in zip(born, targets, strict=True)]
    rows = _customers(merchant).annotate(
        occasion=Case(*keys, output_field=_TEXT), day=Case(*days, output_field=_DAY)
    )  # fmt: skip
    return rows.filter(occasion__isnull=False).order_by("day", "pk")


def _away(automation: Automation, merchant: Merchant, today: dt.date, ahead: int) -> Rows:
    until = today - dt.timedelta(days=(automation.days or 1) - ahead)
    rows = _seen(_customers(merchant)).filter(seen__lt=clock.end_of_day(until, merchant.time_zone))
    day = Cast(TruncDate("seen", tzinfo=ZoneInfo(merchant.time_zone)), _TEXT)
    key = Concat(Value("recall:"), day, output_field=_TEXT)
    return rows.annotate(occasion=key, day=NEVER).order_by("pk")


def festivals_due(automation: Automation, merchant: Merchant, today: dt.date, ahead: int = 0) -> list[Any]:
    """The switched-on festivals that are near enough, by day."""
    until = today + dt.timedelta(days=(automation.days_before or 0) + ahead + 1)
    found = festivals.occurrences(merchant.country, start=today, end=until)
    return [one for one in found if one.festival.code in automation.festivals]


def festivals_over(automation: Automation, merchant: Merchant, today: dt.date) -> list[festivals.Occurrence]:
    """The switched-on festivals of the first of the last days that had any and is not closed yet."""
    start = max(today - dt.timedelta(days=dates.LATE), automation.closed_until or dt.date.min)
    found = festivals.occurrences(merchant.country, start=start, end=today)
    over = [one for one in found if one.festival.code in automation.festivals]
    return [one for one in over if one.day == over[0].day]


def missed(
    automation: Automation, merchant: Merchant, same_day: Sequence[festivals.Occurrence], *, before: dt.datetime,
    sends_to: Sequence[str],
) -> Rows:  # fmt: skip
    """Whoever was to be greeted on a day with festivals and was not, for any of them: customers who were there, and had
    agreed, `before` its end. Their ids."""
    rows = judged(_greeted(merchant, same_day[0]), automation, batch=automation.batch, sends_to=sends_to)
    who, keys = OuterRef("customer_id"), [one.key for one in same_day]
    tried = Occasion.objects.filter(automation_id=automation.id, key__in=keys, customer_id=who)
    agreed = OptIn.objects.filter(merchant_id=merchant.id, customer_id=who, at__lt=before)
    found = due(rows).filter(~Exists(tried), Exists(agreed), first_at__lt=before)
    return found.values_list("customer_id", flat=True)


def _festival(automation: Automation, merchant: Merchant, today: dt.date, ahead: int) -> Rows:
    """Everybody, for the nearest festival: on one day a customer is greeted for one."""
    near: Iterable[Any] = festivals_due(automation, merchant, today, ahead)
    first = next(iter(near), None)
    if first is None:
        return _nobody(merchant)
    return _greeted(merchant, first)


def _greeted(merchant: Merchant, festival: festivals.Occurrence) -> Rows:
    key, day = Value(festival.key, output_field=_TEXT), Value(festival.day, output_field=_DAY)
    return _customers(merchant).annotate(occasion=key, day=day).order_by("pk")


def _ending(automation: Automation, merchant: Merchant, now: dt.datetime, ahead: int) -> Rows:
    until = now + dt.timedelta(days=(automation.days or 1) + ahead)
    rows = Coupon.objects.filter(
        merchant_id=merchant.id, state=Coupon.State.TAKEN, customer__isnull=False, customer__erased_at__isnull=True,
        use_until__gt=now, use_until__lte=until, taken_at__lte=now - SETTLED + dt.timedelta(days=ahead),
    )  # fmt: skip
    last = ExpressionWrapper(F("use_until") - _LAST_MOMENT, output_field=DateTimeField())
    return rows.annotate(
        occasion=Concat(Value("reminder:"), Cast("id", _TEXT), output_field=_TEXT),
        day=TruncDate(last, tzinfo=ZoneInfo(merchant.time_zone)),
    ).order_by("use_until", "pk")  # fmt: skip
