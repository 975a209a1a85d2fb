"""Forms: how they are drawn, and the fields that Django does not have."""

from __future__ import annotations

from ui.forms.fields import ColourField, DateField, ImageField, MoneyField, PhoneField
from ui.forms.layout import Section, refuse
from ui.forms.renderer import Renderer
from ui.forms.widgets import (
    DateInput,
    DateTimeInput,
    Option,
    PinInput,
    RadioCards,
    SerialInput,
    Switch,
)

__all__ = [
    "ColourField",
    "DateField",
    "DateInput",
    "DateTimeInput",
    "ImageField",
    "MoneyField",
    "Option",
    "PhoneField",
    "PinInput",
    "RadioCards",
    "Renderer",
    "Section",
    "SerialInput",
    "Switch",
    "refuse",
]
