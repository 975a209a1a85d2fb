"""Controls: all of them native inputs underneath, so they work without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Option:
    """The label of a radio card."""

    label: Any
    help: Any = ""
    icon: str = ""

    def __str__(self) -> str:
        return str(self.label)


class RadioCards(forms.RadioSelect):
    """A choice of few, each with a line of explanation."""

    template_name = "ui/forms/radio_cards.html"
    ui_kind = "group"


class Switch(forms.CheckboxInput):
    """On or off, in effect when the form is saved."""

    ui_class = "toggle"


class DateInput(forms.DateInput):
    """The browser's own date field. `presets` are days from today, shown as buttons."""

    input_type = "date"
    template_name = "ui/forms/date.html"

    def __init__(self, attrs: dict[str, Any] | None = None, presets: tuple[tuple[int, Any], ...] = ()) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
        self.presets = presets

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "presets": self.presets}


class DateTimeInput(forms.DateTimeInput):
    """The browser's own date and time field."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PinInput(forms.PasswordInput):
    """A PIN: digits, the number keyboard, never filled in by the browser."""

    ui_class = "input input-ltr"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        base = {"inputmode": "numeric", "pattern": "[0-9]*", "autocomplete": "off", "data-digits": ""}
        super().__init__({**base, **(attrs or {})})


class SerialInput(forms.TextInput):
    """A serial typed or scanned: capitals, no help from the keyboard."""

    ui_class = "input input-ltr code-text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        base = {
            "autocomplete": "off", "autocapitalize": "characters", "autocorrect": "off", "spellcheck": "false",
            "inputmode": "text", "enterkeyhint": "go",
        }  # fmt: skip
        super().__init__({**base, **(attrs or {})})


class ColourInput(forms.TextInput):
    """A colour as text and as the browser's picker, with its contrast shown."""

    template_name = "ui/forms/colour.html"
    ui_class = "input input-ltr"


class MoneyInput(forms.TextInput):
    """An amount with its currency in front."""

    template_name = "ui/forms/money.html"
    ui_class = "grow"

    def __init__(self, currency: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        self.currency = currency

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "currency": self.currency}


class ImageInput(forms.ClearableFileInput):
    """A file field that shows the picture at once and says what is wrong before it is sent."""

    template_name = "ui/forms/image.html"
    ui_class = "file-input"

    def __init__(self, attrs: dict[str, Any] | None = None, max_bytes: int = 0) -> None:
        super().__init__(attrs)
        self.max_bytes = max_bytes

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, "max_bytes": self.max_bytes}


_NEAR = ("SA", "AE", "KW", "QA", "BH", "OM", "JO", "EG", "LB", "IQ", "PS", "SY", "YE", "TR")


def calling_codes(first: str) -> list[tuple[str, str]]:
    """Regions with their calling codes: the preset, its neighbours, then all others."""
    rest = sorted(region for region in phonenumbers.SUPPORTED_REGIONS if region not in _NEAR and region != first)
    order = [first, *(region for region in _NEAR if region != first), *rest]
    return [(region, f"{region} +{phonenumbers.country_code_for_region(region)}") for region in order]


class PhoneInput(forms.MultiWidget):
    """The country and the number; an international number typed in full wins over the country."""

    template_name = "ui/forms/phone.html"
    # One field with a label, no group: the label names the number, and the country has a name of its own.
    use_fieldset = False
    ui_kind = "input"

    def __init__(self, country: str, attrs: dict[str, Any] | None = None) -> None:
        self.country = country
        code = forms.Select(
            {"class": "select", "aria-label": _("Country code"), "autocomplete": "tel-country-code"},
            calling_codes(country),
        )
        number = forms.TextInput(
            {"class": "input", "type": "tel", "inputmode": "tel", "autocomplete": "tel-national", "data-tel": ""}
        )
        super().__init__({"country": code, "number": number}, attrs)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_1" if id_ else id_

    def decompress(self, value: Any) -> list[Any]:
        if not value:
            return [self.country, ""]
        try:
            parsed = phonenumbers.parse(str(value), self.country)
        except phonenumbers.NumberParseException:
            return [self.country, value]
        region = phonenumbers.region_code_for_number(parsed) or self.country
        return [region, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)]
