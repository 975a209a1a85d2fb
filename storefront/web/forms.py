"""The one short form of a claim."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.queries.arrival import Follows
from ui.forms import DateField, PhoneField

OLDEST = 120
ABOUT_THE_NUMBER = {
    Follows.NO: _("No other shop sees it."),
    Follows.SOMEWHERE: _("The coupon goes to its WhatsApp, too, if messages can be sent to its country."),
    Follows.ANYWHERE: _("The coupon goes to its WhatsApp, too."),
}


class PersonForm(forms.Form):
    """Name and birthday."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, min_length=2,
        error_messages={"min_length": _("Write at least two letters.")},
        widget=forms.TextInput({"autocomplete": "name", "enterkeyhint": "next"}),
    )  # fmt: skip
    birthday = DateField(label=_("Birthday"), presets=(), help_text=_("For a greeting on your day, nothing else."))

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["birthday"].widget.attrs.update(
            {"autocomplete": "bday", "max": today.isoformat(), "min": f"{today.year - OLDEST}-01-01"}
        )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name and not any(char.isalpha() for char in name):
            raise forms.ValidationError(_("Write your name in letters."))
        return name

    def clean_birthday(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["birthday"]
        if day and not self.today.year - OLDEST <= day.year <= self.today.year:
            raise forms.ValidationError(_("This is not a birthday we can use."))
        if day and day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day


@lru_cache(maxsize=64)
def _phone(country: str) -> PhoneField:
    """Made once for a country and copied, as Django does with fields of a class: it knows every calling code."""
    return PhoneField(country=country, error_messages={"required": _("Write your phone number in digits.")})


class ClaimForm(PersonForm):
    """Phone, name, birthday: all needed, but for a number that is known here, whose record counts.

    `offers` is the words of a box that nobody ticked beforehand and nothing depends on; empty: there is no box.
    `sends`: whether the coupon follows by WhatsApp. `shared`: on the shop's screen, whose browser is neither to keep
    what was typed nor to offer it to the next customer.
    """

    field_order = ("phone", "name", "birthday", "agrees")
    agrees = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, country: str, offers: str = "", sends: Follows = Follows.NO, shared: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.sends = sends
        phone = deepcopy(_phone(country))
        phone.help_text = ABOUT_THE_NUMBER[sends]
        self.fields["phone"] = phone
        if offers:
            self.fields["agrees"].label = offers
        else:
            del self.fields["agrees"]
        self.order_fields(self.field_order)
        if shared:
            for field in self.fields.values():
                for widget in getattr(field.widget, "widgets", [field.widget]):
                    widget.attrs["autocomplete"] = "off"

    def without_details(self) -> bool:
        """Forgive missing or wrong details; whether the rest of the form is right then."""
        for name in ("name", "birthday"):
            self.errors.pop(name, None)
        return not self.errors


class PhoneForm(forms.Form):
    """The phone alone, as the page asks while the form is being filled in."""

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = deepcopy(_phone(country))


class CodeForm(forms.Form):
    """The six digits of a message."""

    code = forms.RegexField(
        r"^\d{6}$", label=_("Code"), max_length=12, error_messages={"invalid": _("The code has six digits.")},
        widget=forms.TextInput({
            "autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr", "enterkeyhint": "done",
            "data-autofocus": "", "data-digits": "",
        }),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        if data:
            # Digits of any script, and the space that people put in the middle.
            typed = "".join(str(int(char)) if char.isdecimal() else char for char in data.get("code", ""))
            data = {**data.dict(), "code": "".join(typed.split())}
        super().__init__(data)


class MeForm(PersonForm):
    """My own record, on a browser that proved my number."""

    language = forms.ChoiceField(label=_("Language of messages"))

    def __init__(self, *args: Any, languages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
