"""Form fields of the merchant area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from merchants.queries.templates import Design
from merchants.services import pictures
from merchants.web.base import file_url
from tenants.models import Site
from tenants.queries import lists

DAY_NAMES = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


@dataclass(frozen=True, slots=True)
class Thumb:
    """The label of a template in the picker."""

    label: str
    image: str
    own: bool
    shape: str

    def __str__(self) -> str:
        return self.label


class Chips(forms.CheckboxSelectMultiple):
    """Several of few, side by side."""

    template_name = "merchants/widgets/chips.html"
    ui_kind = "group"


class DesignPicker(forms.RadioSelect):
    """Templates to choose from, with their pictures."""

    template_name = "merchants/widgets/designs.html"
    ui_kind = "group"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        options = [option for _group, found, _index in context["widget"]["optgroups"] for option in found]
        context["own"] = [option for option in options if option["label"].own]
        context["library"] = [option for option in options if not option["label"].own]
        return context


def design_choices(designs: Iterable[Design]) -> list[tuple[str, Thumb]]:
    return [(design.key, Thumb(design.name, thumb_url(design), design.is_own, _shape(design))) for design in designs]


def thumb_url(design: Design) -> str:
    """The small picture of a template."""
    if design.is_own:
        return file_url(pictures.small_name(design.image))
    return reverse("merchants:library-image", args=[design.id, "small"])


def image_url(design: Design) -> str:
    """The whole picture of a template."""
    return file_url(design.image) if design.is_own else reverse("merchants:library-image", args=[design.id, "full"])


def _shape(design: Design) -> str:
    return "tall" if design.height > design.width else "wide"


def entry_choices(kind: str, language: str, site: Site, *, empty: Any = "", parent: str = "") -> list[tuple[str, Any]]:
    """Entries of one of the platform's lists, with a first empty line."""
    return [("", empty or _("Choose…")), *lists.choices(kind, language, site=site, parent=parent)]


def city_choices(language: str, site: Site, chosen: str = "") -> list[tuple[str, Any]]:
    """Cities by country: the form's script narrows them to the chosen country."""
    countries = dict(lists.choices("country", language, site=site))
    groups: dict[str, list[tuple[str, str]]] = {code: [] for code in countries}
    for entry in lists.list_entries("city", site=site):
        if entry.parent in groups:
            groups[entry.parent].append((entry.code, entry.name(language)))
    return [
        ("", _("Everywhere in the country")),
        *((countries[code], found) for code, found in groups.items() if found),
    ]


class MinuteField(forms.TimeField):
    """A time of day as minutes after midnight."""

    def __init__(self, *, end: bool = False, **kwargs: Any) -> None:
        self.end = end
        super().__init__(widget=forms.TimeInput(attrs={"type": "time", "dir": "ltr"}, format="%H:%M"), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return dt.time(value // 60 % 24, value % 60)
        return value

    def minutes(self, value: dt.time | None) -> int:
        """The cleaned value; nothing, and midnight at the end of the day, mean the whole day."""
        if value is None or (self.end and value == dt.time()):
            return 1440 if self.end else 0
        return value.hour * 60 + value.minute


def mask_of(days: Iterable[str]) -> int:
    return sum(1 << int(day) for day in set(days))


def days_of(mask: int) -> list[str]:
    return [str(day) for day in range(7) if mask >> day & 1]
