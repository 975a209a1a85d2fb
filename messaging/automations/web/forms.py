"""The forms of automations, campaigns and test messages."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import clock
from merchants import tags, words
from merchants.models import Batch, Merchant
from merchants.queries.tags import list_tags
from merchants.web.base import language
from merchants.web.fields import Chips
from messaging import festivals
from messaging.automations import dates
from messaging.automations.choices import TRIGGERS, Kind
from messaging.automations.models import Automation, Campaign
from messaging.automations.segments import BadSegment, Segment
from messaging.automations.services import showing, wordings
from messaging.automations.services.campaigns import Plan
from messaging.automations.services.switching import Setting, usable_batches
from messaging.choices import TEXTS_OF, Trigger
from messaging.meta.choices import Purpose
from tenants.models import Site
from tenants.queries import lists
from ui.forms import DateTimeInput, Option, PhoneField, RadioCards, Section, Switch

YEAR = dt.timedelta(days=366)
HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


def batch_choices(merchant: Merchant, site: Site, *, now: dt.datetime) -> list[tuple[str, str]]:
    """The batches that can still give online coupons."""
    return [(str(row.id), batch_words(row, site)) for row in usable_batches(merchant.id, now=now)]


def batch_words(batch: Batch, site: Site) -> str:
    """A batch as it is called in a choice."""
    return f"{batch.title(language())}: {words.offer(batch, site.currency)}"


def every_batch(merchant: Merchant) -> list[tuple[str, str]]:
    rows = Batch.objects.filter(merchant_id=merchant.id).order_by("-created_at")[:200]
    return [("", _("Any")), *((str(row.id), f"{row.number}. {row.title(language())}") for row in rows)]  # type: ignore[list-item]


def _hour(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=HOURS, coerce=int)


class _Limits(forms.Form):
    """Daily cap and quiet hours: the same for all of them."""

    daily_cap = forms.IntegerField(
        label=_("At most a day"), min_value=1, max_value=100_000,
        help_text=_("Who is left over follows on the next days."),
    )  # fmt: skip
    quiet_from = _hour(_("Quiet from"))
    quiet_to = _hour(_("Quiet until"))


_LIMITS = Section(
    _("Limits"), ["daily_cap", "quiet_from", "quiet_to"], columns=2,
    help=_("Quiet hours are by the clock where the customer is. The same hour twice: never quiet."),
)  # fmt: skip


TITLES = {
    Purpose.BIRTHDAY: _("A present"), Purpose.BIRTHDAY_TREAT: _("Celebrate with us"),
    Purpose.RECALL: _("It has been a while"), Purpose.RECALL_MISSED: _("We have missed you"),
    Purpose.CAMPAIGN: _("Something new"), Purpose.CAMPAIGN_THANKS: _("Thank you for your visits"),
    Purpose.CAMPAIGN_DAYS: _("For a few days only"),
}  # fmt: skip
_WORDS = Section(_("What it says"), ["purpose"], help=_("Texts that WhatsApp has approved, here with sample values."))


class _Worded(_Limits):
    """With the choice among the approved texts of its kind, where there is one."""

    purpose = forms.ChoiceField(label=_("Text"), required=False, widget=RadioCards)

    def offer_texts(self, trigger: Trigger, kept: str, merchant: Merchant) -> None:
        """Fill the choice, or take it out. `kept` is what is chosen now."""
        self.usual = TEXTS_OF[trigger][0]
        found = wordings.to_choose(trigger, kept=kept)
        if len(found) < 2:
            del self.fields["purpose"]
            return
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (str(one), Option(TITLES[one], showing.example(one, language(), merchant))) for one in found
        ]
        self.fields["purpose"].says_optional = False  # type: ignore[attr-defined]
        self.initial["purpose"] = kept or self.usual

    def chosen_text(self) -> str:
        """ "" for the usual one of its kind."""
        chosen: str = self.cleaned_data.get("purpose", "")
        return "" if chosen == self.usual else chosen


@dataclass(frozen=True)
class Dates:
    """The label of a festival: its name, and when it falls in the coming twelve months."""

    name: str
    days: tuple[dt.date, ...]
    may_shift: bool

    def __str__(self) -> str:
        return self.name


class FestivalPicker(forms.CheckboxSelectMultiple):
    """The calendar of the coming twelve months, with a switch for each festival."""

    template_name = "automations/festivals.html"
    ui_kind = "group"


def festival_choices(country: str, today: dt.date) -> list[tuple[str, Dates]]:
    """By the day on which each comes next; one may come twice in twelve months, and one by the moon a bit later."""
    coming: dict[str, list[dt.date]] = {}
    for one in festivals.occurrences(country, start=today, end=today + festivals.HORIZON):
        days = coming.setdefault(one.festival.code, [])
        if not days or one.day < today + YEAR:
            days.append(one.day)
    found = [(festivals.BY_CODE[code], tuple(days)) for code, days in coming.items()]
    return [(one.code, Dates(one.name(language()), days, one.may_shift)) for one, days in found]


class AutomationForm(_Worded):
    """One form for four kinds: what a kind does not have is left out."""

    on = forms.BooleanField(label=_("Switched on"), required=False, widget=Switch)
    batch = forms.ChoiceField(
        label=_("Batch that it gives coupons from"), required=False,
        help_text=_("Each message brings one coupon of it. Coupons that do not arrive are free again."),
    )  # fmt: skip
    days_before = forms.IntegerField(min_value=0, max_value=dates.FURTHEST, required=False)
    days_after = forms.IntegerField(
        label=_("Days after the birthday"), min_value=1, max_value=dates.FURTHEST, required=False,
        help_text=_("Reaches only who was not greeted before. Each birthday brings one message."),
    )  # fmt: skip
    days = forms.IntegerField(min_value=1, max_value=1000)
    festivals = forms.MultipleChoiceField(
        label=_("The coming twelve months"), required=False, widget=FestivalPicker,
        help_text=_("Days by the Hijri and lunar calendars are computed; the moon's sight may move some by a day."),
    )  # fmt: skip

    FIELDS = {
        Kind.BIRTHDAY: ("days_before", "days_after"), Kind.RECALL: ("days",),
        Kind.FESTIVAL: ("days_before", "festivals"), Kind.REMINDER: ("days",),
    }  # fmt: skip
    LABELS: dict[tuple[Kind, str], tuple[Any, Any]] = {
        (Kind.BIRTHDAY, "days_before"): (_("Days before the birthday"), _("0: on the day itself.")),
        (Kind.FESTIVAL, "days_before"): (_("Days before the festival"), _("0: on the day itself.")),
        (Kind.RECALL, "days"): (_("Days without a visit"), _("A visit is a coupon taken or used.")),
        (Kind.REMINDER, "days"): (_("Days before the coupon ends"), _("Coupons shorter than a day are left alone.")),
    }

    def __init__(
        self, data: Any = None, *, automation: Automation, merchant: Merchant, site: Site, now: dt.datetime
    ) -> None:
        super().__init__(data, initial=_initial(automation))
        kind = Kind(automation.kind)
        for name in {"days_before", "days_after", "days", "festivals"} - set(self.FIELDS[kind]):
            del self.fields[name]
        for name in self.FIELDS[kind]:
            if (kind, name) in self.LABELS:
                self.fields[name].label, self.fields[name].help_text = self.LABELS[kind, name]
        if kind != Kind.RECALL:
            self.fields["daily_cap"].help_text = _("Who is left over follows on the next days, while there is time.")
        if kind == Kind.REMINDER:
            del self.fields["batch"]
        else:
            choices = [("", _("Choose a batch")), *batch_choices(merchant, site, now=now)]
            self.fields["batch"].choices = choices  # type: ignore[attr-defined]
            self.fields["batch"].says_optional = False  # type: ignore[attr-defined]
        if kind == Kind.FESTIVAL:
            today = clock.local_date(now, merchant.time_zone)
            self.fields["festivals"].choices = festival_choices(merchant.country, today)  # type: ignore[attr-defined]
            self.fields["days_before"].required = True
        self.offer_texts(TRIGGERS[kind], automation.purpose, merchant)
        self.sections = [
            Section("", ["on", "batch"]), _WORDS,
            Section(_("When"), [name for name in self.FIELDS[kind] if name != "festivals"], columns=2),
            Section("", ["festivals"]), _LIMITS,
        ]  # fmt: skip

    def setting(self) -> Setting:
        said = self.cleaned_data
        batch = said.get("batch")
        return Setting(
            on=said["on"], batch_id=uuid.UUID(batch) if batch else None, daily_cap=said["daily_cap"],
            quiet_from=said["quiet_from"], quiet_to=said["quiet_to"], days_before=said.get("days_before"),
            days_after=said.get("days_after"), days=said.get("days"), festivals=tuple(said.get("festivals") or ()),
            purpose=self.chosen_text(),
        )  # fmt: skip


def _initial(automation: Automation) -> dict[str, Any]:
    names = ("daily_cap", "quiet_from", "quiet_to", "days_before", "days_after", "days", "festivals")
    return {
        **{name: getattr(automation, name) for name in names}, "on": automation.state != "off",
        "batch": str(automation.batch_id or ""),
    }  # fmt: skip


class CampaignForm(_Worded):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Only you see it."))
    batch = forms.ChoiceField(
        label=_("Batch that it gives coupons from"), help_text=_("Each message brings one coupon of it.")
    )
    scheduled_at = forms.DateTimeField(
        label=_("Begins"), required=False, widget=DateTimeInput, help_text=_("Empty: as soon as you schedule it.")
    )
    cities = forms.MultipleChoiceField(
        label=_("City"), required=False, widget=Chips, help_text=_("Where a coupon was used, or what it was for.")
    )
    tags = forms.MultipleChoiceField(
        label=_("Tags"), required=False, widget=Chips, help_text=_("Who carries one of them or more.")
    )
    seen_within = forms.IntegerField(
        label=_("Last visit within so many days"), min_value=1, max_value=3650, required=False
    )  # fmt: skip
    away_for = forms.IntegerField(label=_("No visit for so many days"), min_value=1, max_value=3650, required=False)
    claimed = forms.ChoiceField(label=_("Took a coupon of"), required=False)
    redeemed = forms.ChoiceField(label=_("Used a coupon of"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("Any")), ("en", _("English")), ("ar", _("Arabic"))]
    )
    sections = [
        Section("", ["name", "batch", "scheduled_at"]), _WORDS,
        Section(
            _("Who gets it"), ["cities", "tags"],
            help=_("Everything you fill in narrows it. With nothing it is everybody who agreed to your messages."),
        ),
        Section("", ["seen_within", "away_for", "claimed", "redeemed", "language"], columns=2),
        _LIMITS,
    ]  # fmt: skip

    def __init__(
        self, data: Any = None, *, campaign: Campaign | None, merchant: Merchant, site: Site, now: dt.datetime
    ) -> None:
        self.zone = ZoneInfo(merchant.time_zone)
        super().__init__(data, initial=self._initial(campaign))
        self.offer_texts(Trigger.CAMPAIGN, campaign.purpose if campaign else "", merchant)
        every = every_batch(merchant)
        self._choices("batch", [("", _("Choose a batch")), *batch_choices(merchant, site, now=now)])
        self._choices("claimed", every)
        self._choices("redeemed", every)
        self._tags(merchant)
        self._choices("cities", lists.choices("city", language(), site=site, parent=merchant.country))

    def _tags(self, merchant: Merchant) -> None:
        """The merchant's tags, and those of the draft that nobody carries any more: leaving one out would widen it."""
        known = {tag.key: tag.name for tag in list_tags(merchant.id)}
        chosen = {tags.key(tag): tag for tag in self.initial.get("tags", [])}
        lost = {key: tag for key, tag in chosen.items() if key not in known}
        choices = [(tag, tag) for tag in known.values()]
        self._choices("tags", [*choices, *((tag, _("%(tag)s (nobody)") % {"tag": tag}) for tag in lost.values())])
        self.initial["tags"] = [known.get(key, tag) for key, tag in chosen.items()]
        if not known and not lost:
            del self.fields["tags"]

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _initial(self, campaign: Campaign | None) -> dict[str, Any]:
        if campaign is None:
            return {"daily_cap": 2000, "quiet_from": 21, "quiet_to": 9}
        wanted = campaign.wanted
        at = campaign.scheduled_at
        return {
            "name": campaign.name, "batch": str(campaign.batch_id), "daily_cap": campaign.daily_cap,
            "quiet_from": campaign.quiet_from, "quiet_to": campaign.quiet_to, "cities": list(wanted.cities),
            "tags": list(wanted.tags), "seen_within": wanted.seen_within, "away_for": wanted.away_for,
            "claimed": wanted.claimed, "redeemed": wanted.redeemed, "language": wanted.language,
            "scheduled_at": at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if at else "",
        }  # fmt: skip

    def clean_scheduled_at(self) -> dt.datetime | None:
        """What was typed is the merchant's clock, whatever zone the page shows."""
        typed: dt.datetime | None = self.cleaned_data["scheduled_at"]
        return timezone.make_naive(typed).replace(tzinfo=self.zone).astimezone(dt.UTC) if typed else None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        try:
            self.segment = Segment.parse({name: said.get(name) or None for name in Segment.__slots__ if said.get(name)})
        except BadSegment as error:
            self.add_error(error.field, _("Nobody can be both: away for longer than since the last visit."))
        return said

    def plan(self) -> Plan:
        said = self.cleaned_data
        return Plan(
            name=said["name"], segment=self.segment, batch_id=uuid.UUID(said["batch"]),
            scheduled_at=said["scheduled_at"], daily_cap=said["daily_cap"], quiet_from=said["quiet_from"],
            quiet_to=said["quiet_to"], purpose=self.chosen_text(),
        )  # fmt: skip


class TestForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=[("en", _("English")), ("ar", _("Arabic"))])
    batch = forms.ChoiceField(label=_("Batch"), help_text=_("The message shows its offer. No coupon is given."))

    def __init__(
        self, data: Any = None, *, batch: Batch | None, merchant: Merchant, site: Site, language: str, now: dt.datetime
    ) -> None:
        """`batch` is the one that is chosen first: its own, which may be given out by now."""
        initial = {"language": language, "batch": str(batch.id) if batch else None}
        super().__init__(data, initial=initial)
        self.fields["phone"] = PhoneField(label=_("Phone number"), country=site.country)
        choices = dict(batch_choices(merchant, site, now=now))
        if batch:
            choices.setdefault(str(batch.id), batch_words(batch, site))
        self.fields["batch"].choices = list(choices.items())  # type: ignore[attr-defined]
        self.order_fields(["phone", "language", "batch"])
