"""The wheel's editor: segments as rows, with a preview of the wheel as customers see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from kernel.ids import uuid_or_none
from merchants.models import Batch
from merchants.web.base import actor_of, merchant_of, site_of
from storefront.wheel import words
from storefront.wheel.choices import BUSIEST_HOUR, FEWEST, HEAVIEST, LONGEST_LABEL, MOST, PAINTS, Colour
from storefront.wheel.models import Wheel, WheelVersion
from storefront.wheel.plans import BadWheel, SegmentPlan, WheelPlan
from storefront.wheel.queries import wheels
from storefront.wheel.queries.faces import Slice
from storefront.wheel.services import wheels as service

# What a new wheel begins with: prizes to be named, and a chance of none.
START = (("", ""), ("No Prize", "حظًا أوفر"), ("", ""), ("No Prize", "حظًا أوفر"))


LONGEST_NUMBER = 6  # digits of a row's place that are looked at


class ColourSelect(forms.Select):
    """Names of colours, each option with its fill for the script."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-fill"] = PAINTS[str(value)].fill
        return option


class SegmentForm(forms.Form):
    """One row."""

    label_en = forms.CharField(label=_("Label"), max_length=LONGEST_LABEL, widget=forms.TextInput({"dir": "auto"}))
    label_ar = forms.CharField(
        label=_("Label in Arabic"), max_length=LONGEST_LABEL, required=False,
        widget=forms.TextInput({"dir": "rtl", "lang": "ar"}),
    )  # fmt: skip
    batch = forms.ChoiceField(label=_("Prize"), required=False)
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=HEAVIEST, initial=10)
    per_hour = forms.IntegerField(label=_("Limit per hour"), required=False, min_value=1, max_value=BUSIEST_HOUR)
    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices, initial=Colour.TEAL, widget=ColourSelect())

    def __init__(self, *args: Any, prizes: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].choices = [("", _("No prize")), *prizes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("per_hour") and not cleaned.get("batch"):
            self.add_error("per_hour", _("Without a prize there is nothing to limit."))
        return cleaned


class AlwaysForm(forms.Form):
    """What everybody gets who spins."""

    always = forms.ChoiceField(
        label=_("Coupon given in any case"), required=False,
        help_text=_("Everybody who spins gets one of this batch, whatever the wheel says. It cannot be a prize too."),
    )  # fmt: skip

    def __init__(self, *args: Any, prizes: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["always"].choices = [("", _("None")), *prizes]  # type: ignore[attr-defined]


SegmentRows: Any = formset_factory(
    SegmentForm, extra=0, can_delete=True, can_order=True, max_num=MOST, absolute_max=MOST * 2
)


def rows_in_order(rows: BaseFormSet[Any]) -> list[Any]:
    """The forms of the rows that stay, in the order that was given by hand; rows without a number come last."""
    stay = [form for form in rows.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return sorted(stay, key=lambda form: (form.cleaned_data.get("ORDER") is None, form.cleaned_data.get("ORDER") or 0))


def is_removed(form: Any) -> bool:
    """Whether the row was taken away, by what was typed."""
    return form["DELETE"].value() not in {None, "", False}


def rows_as_typed(rows: Any) -> list[Any]:
    """All rows in the order that was given by hand, right or not yet; rows without a number come last."""

    def order(form: Any) -> int:
        typed = str(form["ORDER"].value() or "")
        is_number = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER
        return int(typed) if is_number else 10**LONGEST_NUMBER

    return sorted(rows.forms, key=order)


class Editor(View):
    verb = "wheel.manage"

    def _base(self) -> tuple[Wheel | None, WheelVersion | None, list[tuple[str, str]]]:
        merchant, now = merchant_of(self.request), clock.now()
        wheel = wheels.mine(merchant.id)
        version = wheels.in_play(wheel) if wheel else None
        usable = wheels.usable_batches(merchant.id, now=now)
        known = {batch.id for batch in usable}
        if version:
            kept = [one.batch for one in wheels.segments(version) if one.batch] + [version.always_batch]
            usable += [batch for batch in {one.id: one for one in kept if one}.values() if batch.id not in known]
        free = wheels.free_of({batch.id for batch in usable})
        return wheel, version, [(str(batch.id), self._prize(batch, free.get(batch.id, 0))) for batch in usable]

    def _prize(self, batch: Batch, free: int) -> str:
        name = words.batch_name(batch, site_of(self.request).currency)
        return _t("%(free)s free: %(name)s") % {"name": name, "free": free}

    def get(self, request: HttpRequest) -> HttpResponse:
        wheel, version, prizes = self._base()
        given = {"prizes": prizes}
        rows = SegmentRows(prefix="rows", initial=_initial(version), form_kwargs=given)
        always = AlwaysForm(initial={"always": version.always_batch_id if version else ""}, prizes=prizes)
        return self._show(rows, always, wheel, version)

    def post(self, request: HttpRequest) -> HttpResponse:
        wheel, version, prizes = self._base()
        rows = SegmentRows(request.POST, prefix="rows", form_kwargs={"prizes": prizes})
        always = AlwaysForm(request.POST, prizes=prizes)
        if rows.is_valid() and always.is_valid():
            ordered = rows_in_order(rows)
            plan = WheelPlan(
                tuple(_segment(form.cleaned_data) for form in ordered), uuid_or_none(always.cleaned_data["always"])
            )
            try:
                made = service.save(plan=plan, actor=actor_of(request), now=clock.now())
            except BadWheel as error:
                _put(error, rows, ordered, always)
            else:
                if version and made.id == version.id:
                    messages.info(request, _t("Nothing was changed."))
                else:
                    messages.success(request, _t("Version %(number)s is saved.") % {"number": made.number})
                return redirect("wheel:overview")
        return self._show(rows, always, wheel, version, status=422)

    def _show(
        self, rows: Any, always: AlwaysForm, wheel: Wheel | None, version: WheelVersion | None, status: int = 200
    ) -> HttpResponse:
        context = {
            "rows": rows, "shown_rows": [(form, is_removed(form)) for form in rows_as_typed(rows)],
            "always": always, "wheel": wheel, "version": version, "most": MOST, "fewest": FEWEST,
            "slices": _slices(rows),
            "crumbs": [(_t("Lucky draw"), reverse("wheel:overview")), (_t("Edit"), "")],
        }  # fmt: skip
        return render(self.request, "wheel/edit.html", context, status=status)


class Preview(View):
    """The wheel as the rows would make it, while they are being written."""

    verb = "wheel.manage"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        rows = SegmentRows(request.POST, prefix="rows", form_kwargs={"prizes": []})
        return render(request, "wheel/_preview.html", {"slices": _slices(rows)})


def _initial(version: WheelVersion | None) -> list[dict[str, Any]]:
    if version is None:
        colours = Colour.values
        return [
            {"label_en": label, "label_ar": arabic, "weight": 10, "colour": colours[place], "ORDER": place + 1}
            for place, (label, arabic) in enumerate(START)
        ]
    return [
        {"label_en": one.label_en, "label_ar": one.label_ar, "batch": str(one.batch_id or ""), "weight": one.weight,
         "per_hour": one.per_hour, "colour": one.colour, "ORDER": one.position}
        for one in wheels.segments(version)
    ]  # fmt: skip


def _segment(cleaned: dict[str, Any]) -> SegmentPlan:
    return SegmentPlan(
        label_en=cleaned["label_en"], label_ar=cleaned["label_ar"], weight=cleaned["weight"],
        batch_id=uuid_or_none(cleaned["batch"]), per_hour=cleaned["per_hour"], colour=cleaned["colour"],
    )  # fmt: skip


def _put(error: BadWheel, rows: Any, ordered: list[Any], always: AlwaysForm) -> None:
    """A refusal of the service beside what it is about."""
    for place, message in error.errors.items():
        if place == "always":
            always.add_error("always", message)
        elif place == "":
            rows.non_form_errors().append(message)
        else:
            ordered[place].add_error(None, message)


def _slices(rows: Any) -> list[Slice]:
    """What can be drawn of rows, right or not yet."""
    drawn = []
    for place, form in enumerate([one for one in rows_as_typed(rows) if not is_removed(one)][:MOST], start=1):
        values = {name: form[name].value() for name in ("label_en", "label_ar", "colour")}
        colour = values["colour"] if values["colour"] in Colour.values else Colour.TEAL
        drawn.append(Slice(place, _cut(values["label_en"]) or "…", _cut(values["label_ar"]), colour))
    return drawn if len(drawn) >= FEWEST else []


def _cut(label: Any) -> str:
    return str(label or "").strip()[:LONGEST_LABEL].strip()
