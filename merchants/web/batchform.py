"""The form of a batch: what it asks, and the plan it makes of the answers."""

from __future__ import annotations

import datetime as dt
import uuid
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel import clock
from kernel.ids import uuid7
from merchants import words
from merchants.models import Batch, Branch, Merchant
from merchants.paper.face import Face
from merchants.paper.layout import Layout
from merchants.queries import templates
from merchants.services import plans
from merchants.services.plans import BatchPlan
from merchants.services.templates import face_of
from merchants.web.base import language
from merchants.web.fields import (
    DAY_NAMES,
    Chips,
    DesignPicker,
    MinuteField,
    city_choices,
    days_of,
    design_choices,
    entry_choices,
    image_url,
    mask_of,
)
from tenants.models import Site
from ui.forms import DateField, MoneyField, Option, RadioCards, Section, Switch

Kind = Batch.OfferKind
# Shown, and then needed, when another answer asks for them.
CONDITIONAL = ("offer_percent", "offer_amount", "offer_text_en", "print_quantity", "use_days", "use_until")
ONLINE, PRINT, BOTH = "online", "print", "both"
SAME, DAYS, UNTIL = "same", "days", "until"


class BatchForm(forms.Form):
    """Fields in the words of a shopkeeper; `plan()` turns them into the terms of the service."""

    title_en = forms.CharField(label=_("Title in English"), max_length=80, help_text=_("Customers see it first."))
    title_ar = forms.CharField(
        label=_("Title in Arabic"), max_length=80, required=False, widget=forms.TextInput({"dir": "rtl", "lang": "ar"})
    )
    offer_kind = forms.ChoiceField(
        label=_("What does the customer get?"),
        choices=[
            (Kind.PERCENTAGE, Option(_("Percentage off"), icon="percent")),
            (Kind.AMOUNT, Option(_("Amount off"), icon="banknote")),
            (Kind.FREE_ITEM, Option(_("Free item"), icon="gift")),
            (Kind.OTHER, Option(_("Something else"), icon="sparkles")),
        ],
        widget=RadioCards,
    )
    offer_percent = forms.IntegerField(label=_("Percent off"), min_value=1, max_value=100, required=False)
    offer_text_en = forms.CharField(
        label=_("In a few words, in English"), max_length=80, required=False, help_text=_("For example: Free coffee")
    )
    offer_text_ar = forms.CharField(
        label=_("In a few words, in Arabic"), max_length=80, required=False,
        widget=forms.TextInput({"dir": "rtl", "lang": "ar"}),
    )  # fmt: skip
    terms_en = forms.CharField(
        label=_("Terms in English"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )
    terms_ar = forms.CharField(
        label=_("Terms in Arabic"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 3, "dir": "rtl", "lang": "ar"}),
    )  # fmt: skip
    template = forms.ChoiceField(label=_("Template"), widget=DesignPicker)
    quantity = forms.IntegerField(
        label=_("How many coupons?"), min_value=1, max_value=plans.LARGEST,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=_("Each takes one coupon credit. Credits of coupons that nobody takes come back at the end."),
    )  # fmt: skip
    lane = forms.ChoiceField(
        label=_("Where will they be given out?"),
        choices=[
            (ONLINE, Option(_("Online"), _("On the coupon centre and the store's page."), "smartphone")),
            (PRINT, Option(_("On paper"), _("A PDF to print; each code is handed out by you."), "printer")),
            (BOTH, Option(_("Both"), _("Some on paper, the others online."), "layers")),
        ],
        widget=RadioCards,
    )
    print_quantity = forms.IntegerField(label=_("How many of them on paper?"), min_value=0, required=False)
    on_centre = forms.BooleanField(
        label=_("Coupon centre"),
        required=False,
        widget=Switch,
        help_text=_("Everybody who visits the site can take one."),
    )
    in_store = forms.BooleanField(
        label=_("Store page"),
        required=False,
        widget=Switch,
        help_text=_(
            "Customers who scan your poster can take one. "
            "With both off, only your messages and the wheel give them out."
        ),
    )
    starts_on = DateField(label=_("First day"), presets=((0, _("Today")), (1, _("Tomorrow"))))
    claim_until = DateField(
        label=_("Last day to take one"), help_text=_("At the end of this day the credits of untaken coupons come back.")
    )
    use_rule = forms.ChoiceField(
        label=_("How long may a taken coupon be used?"),
        choices=[
            (SAME, Option(_("Until the last day to take one"))),
            (DAYS, Option(_("Some days after it was taken"))),
            (UNTIL, Option(_("Until a later day"))),
        ],
        widget=RadioCards,
    )
    use_days = forms.IntegerField(label=_("Days to use it"), min_value=1, max_value=1096, required=False)
    use_until = DateField(label=_("Last day to use one"), required=False)
    weekdays = forms.MultipleChoiceField(
        label=_("Usable on"), choices=[(str(day), name) for day, name in enumerate(DAY_NAMES)],
        widget=Chips,
    )  # fmt: skip
    hour_from = MinuteField(label=_("From"), required=False, help_text=_("Leave both empty for the whole day."))
    hour_to = MinuteField(label=_("To"), required=False, end=True)
    per_customer_limit = forms.IntegerField(
        label=_("Coupons per customer"), min_value=1, max_value=plans.MOST_PER_CUSTOMER,
        help_text=_("A customer is known by phone number."),
    )  # fmt: skip
    branches = forms.MultipleChoiceField(
        label=_("Usable at"), required=False, widget=Chips,
        help_text=_("Leave all empty for every branch."),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("Category"))
    business_type = forms.ChoiceField(label=_("Business type"), required=False)
    country = forms.ChoiceField(label=_("Country"))
    city = forms.ChoiceField(label=_("City or region"), required=False)
    batch_id = forms.UUIDField(widget=forms.HiddenInput)

    sections = (
        Section(_("Offer"), ["title_en", "title_ar"], columns=2),
        Section(
            _("What it is worth"), ["offer_kind", "offer_percent", "offer_amount", "offer_text_en", "offer_text_ar"]
        ),
        Section(_("Terms"), ["terms_en", "terms_ar"], columns=2),
        Section(_("Look"), ["template"]),
        Section(_("Quantity and channels"), ["quantity", "lane", "print_quantity", "on_centre", "in_store"]),
        Section(_("When"), ["starts_on", "claim_until"], columns=2),
        Section("", ["use_rule", "use_days", "use_until"]),
        Section(_("Days and hours"), ["weekdays"]),
        Section("", ["hour_from", "hour_to"], columns=2),
        Section(_("Limits"), ["per_customer_limit", "branches"]),
        Section(_("Where customers find it"), ["category", "business_type", "country", "city"], columns=2),
    )

    def __init__(self, *args: Any, merchant: Merchant, site: Site, now: dt.datetime, **kwargs: Any) -> None:
        self.merchant, self.site, self.now = merchant, site, now
        today = clock.local_date(now, merchant.time_zone)
        kwargs["initial"] = {
            "offer_kind": Kind.PERCENTAGE, "lane": ONLINE, "on_centre": True, "in_store": True, "use_rule": SAME,
            "starts_on": today, "claim_until": today + dt.timedelta(days=30), "weekdays": days_of(words.EVERY_DAY),
            "per_customer_limit": 1, "category": merchant.category, "business_type": merchant.business_type,
            "country": merchant.country, "city": merchant.city, "batch_id": uuid7(), **(kwargs.get("initial") or {}),
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self._set_choices()
        for name in CONDITIONAL:
            self.fields[name].says_optional = False  # type: ignore[attr-defined]
        self.order_fields([name for section in self.sections for name in section.fields])

    def _set_choices(self) -> None:
        lang, fields = language(), self.fields
        fields["offer_amount"] = MoneyField(currency=self.site.currency, label=_("Amount off"), required=False)
        self.designs = {design.key: design for design in templates.list_designs(lang)}
        fields["template"].choices = design_choices(self.designs.values())  # type: ignore[attr-defined]
        branches = Branch.objects.filter(active=True).order_by("name")
        choices = [(str(b.id), (lang == "ar" and b.name_ar) or b.name) for b in branches]
        if choices:
            fields["branches"].choices = choices  # type: ignore[attr-defined]
        else:
            del fields["branches"]
        fields["category"].choices = entry_choices("category", lang, self.site)  # type: ignore[attr-defined]
        fields["business_type"].choices = entry_choices("business_type", lang, self.site)  # type: ignore[attr-defined]
        fields["country"].choices = entry_choices("country", lang, self.site)  # type: ignore[attr-defined]
        fields["city"].choices = city_choices(lang, self.site)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("lane") == BOTH and given.get("print_quantity") is None and "print_quantity" not in self.errors:
            self.add_error("print_quantity", _("How many of them go on paper?"))
        if given.get("use_rule") == DAYS and given.get("use_days") is None and "use_days" not in self.errors:
            self.add_error("use_days", _("How many days?"))
        if given.get("use_rule") == UNTIL and given.get("use_until") is None and "use_until" not in self.errors:
            self.add_error("use_until", _("Choose a day."))
        return given

    @property
    def quantity_now(self) -> int:
        """The quantity as typed, for the line that says what is left."""
        try:
            return max(0, int(self["quantity"].value() or 0))
        except (TypeError, ValueError):
            return 0

    def plan(self) -> BatchPlan:
        """The plan of a valid form. Raises LayoutRefused for a template that cannot be printed, BadPlan."""
        given, zone = self.cleaned_data, self.merchant.time_zone
        quantity = given["quantity"]
        rule, kind = given["use_rule"], given["offer_kind"]
        text = kind in {Kind.FREE_ITEM, Kind.OTHER}
        made = BatchPlan(
            title_en=given["title_en"], title_ar=given["title_ar"], offer_kind=kind,
            offer_percent=given["offer_percent"] if kind == Kind.PERCENTAGE else None,
            offer_amount=given["offer_amount"] if kind == Kind.AMOUNT else None,
            offer_text_en=given["offer_text_en"] if text else "", offer_text_ar=given["offer_text_ar"] if text else "",
            terms_en=given["terms_en"], terms_ar=given["terms_ar"], category=given["category"],
            business_type=given["business_type"], country=given["country"], city=given["city"], quantity=quantity,
            print_quantity={ONLINE: 0, PRINT: quantity}.get(given["lane"], given["print_quantity"] or 0),
            starts_at=clock.start_of_day(given["starts_on"], zone),
            claim_until=plans.end_of(given["claim_until"], zone),
            use_days=given["use_days"] if rule == DAYS else None,
            use_until=plans.end_of(given["use_until"], zone) if rule == UNTIL else None,
            weekdays=mask_of(given["weekdays"]), hour_from=self.fields["hour_from"].minutes(given["hour_from"]),  # type: ignore[attr-defined]
            hour_to=self.fields["hour_to"].minutes(given["hour_to"]),  # type: ignore[attr-defined]
            per_customer_limit=given["per_customer_limit"], on_centre=given["on_centre"] and given["lane"] != PRINT,
            in_store=given["in_store"] and given["lane"] != PRINT, branches=self._branches(),
            face=face_of(self.designs[given["template"]], self.site),
        )  # fmt: skip
        plans.check(made, now=self.now)
        return made

    def _branches(self) -> tuple[uuid.UUID, ...]:
        chosen = self.cleaned_data.get("branches") or []
        # All of them ticked says the same as none, and stays true for a branch that opens later.
        everywhere = "branches" not in self.fields or len(chosen) == len(self.fields["branches"].choices)  # type: ignore[attr-defined]
        return () if everywhere else tuple(uuid.UUID(branch) for branch in chosen)

    def draft(self) -> dict[str, Any]:
        """What the coupon looks like so far: layout, picture and words, whatever is still missing."""
        if self.is_bound:
            self.is_valid()
            given: dict[str, Any] = {**self.initial, **getattr(self, "cleaned_data", {})}
        else:
            given = dict(self.initial)
        design = self.designs.get(str(given.get("template") or ""))
        until = given.get("claim_until") or given["starts_on"]
        last = given.get("use_until") if given.get("use_rule") == UNTIL else None
        thing = SimpleNamespace(
            title_en=given.get("title_en") or "", title_ar=given.get("title_ar") or "", offer_kind=given["offer_kind"],
            offer_percent=given.get("offer_percent"), offer_amount=given.get("offer_amount"),
            offer_text_en=given.get("offer_text_en") or "", offer_text_ar=given.get("offer_text_ar") or "",
            terms_en=given.get("terms_en") or "", terms_ar=given.get("terms_ar") or "",
            claim_until=plans.end_of(until, self.merchant.time_zone),
            use_days=given.get("use_days") if given.get("use_rule") == DAYS else None,
            use_until=plans.end_of(last, self.merchant.time_zone) if last else None,
        )  # fmt: skip
        return {
            "design": design,
            "layout": design.layout if design else None,
            "image_url": image_url(design) if design else "",
            "words": words.on_paper(thing, self.merchant, self.site.currency),
        }


def initial_of(plan: BatchPlan, zone: str, keys: set[str]) -> dict[str, Any]:
    """What the form of a clone starts with: the same offer, with new days to choose."""
    rule = DAYS if plan.use_days is not None else SAME
    lane = ONLINE if not plan.print_quantity else PRINT if plan.print_quantity == plan.quantity else BOTH
    template = plan.face.get("template", "")
    same = (
        "title_en", "title_ar", "offer_kind", "offer_percent", "offer_amount", "offer_text_en", "offer_text_ar",
        "terms_en", "terms_ar", "quantity", "per_customer_limit", "category", "business_type", "country", "city",
        "use_days",
    )  # fmt: skip
    hours = (
        {"hour_from": plan.hour_from, "hour_to": plan.hour_to} if (plan.hour_from, plan.hour_to) != (0, 1440) else {}
    )
    return {
        **{name: getattr(plan, name) for name in same}, **hours, "lane": lane, "use_rule": rule,
        "print_quantity": plan.print_quantity if lane == BOTH else None, "weekdays": days_of(plan.weekdays),
        "on_centre": plan.on_centre, "in_store": plan.in_store, "branches": [str(branch) for branch in plan.branches],
        "template": template if template in keys else "",
    }  # fmt: skip


def face_of_plan(plan: Any, merchant: Merchant, site: Site, url: str) -> Face:
    """The finished coupon for the browser."""
    return Face(Layout.from_json(plan.face["layout"]), words.on_paper(plan, merchant, site.currency), image_url=url)
