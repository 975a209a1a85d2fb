"""Fields whose values are what services take: E.164, minor units, `#rrggbb`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from ui import brand
from ui.forms.widgets import ColourInput, DateInput, ImageInput, MoneyInput, PhoneInput
from ui.text import e164, minor_digits, western

DATE_PRESETS = ((7, _("In 7 days")), (30, _("In 30 days")), (90, _("In 90 days")))


class PhoneField(forms.MultiValueField):
    """A phone number in E.164. `country` presets the calling code."""

    default_error_messages = {"phone": _("This is not a phone number of the chosen country.")}

    def __init__(self, *, country: str = "SA", **kwargs: Any) -> None:
        self.country = country
        kwargs.setdefault("label", _("Phone number"))
        parts = (forms.CharField(required=False), forms.CharField(required=False, max_length=32))
        super().__init__(parts, widget=PhoneInput(country), require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> str:
        number = value[1] if isinstance(value, list | tuple) and len(value) > 1 else value
        if not str(number or "").strip():
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return ""
        return self.compress([value[0] if isinstance(value, list | tuple) else self.country, number])

    def compress(self, data_list: Any) -> str:
        if not data_list or not data_list[1]:
            return ""
        region = data_list[0] if data_list[0] in phonenumbers.SUPPORTED_REGIONS else self.country
        number = e164(str(data_list[1]), region)
        if not number:
            raise ValidationError(self.error_messages["phone"], code="phone")
        return number


class ColourField(forms.CharField):
    """A colour as `#rrggbb`."""

    default_error_messages = {"colour": _("Write the colour as six digits, such as #0f766e.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", ColourInput())
        super().__init__(max_length=7, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return brand.parse(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["colour"], code="colour") from error


class MoneyField(forms.Field):
    """An amount in integer minor units of `currency`."""

    default_error_messages = {
        "money": _("Write an amount, such as 1,250.00."),
        "digits": _("This currency has at most %(digits)s digits after the point."),
        "low": _("The amount cannot be less than %(low)s."),
    }

    def __init__(self, *, currency: str, min_value: int | None = 0, **kwargs: Any) -> None:
        self.currency, self.min_value = currency, min_value
        super().__init__(widget=MoneyInput(currency), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            digits = minor_digits(self.currency)
            return f"{Decimal(value).scaleb(-digits):.{digits}f}"
        return value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        # The Arabic decimal and thousands separators stand for point and comma.
        text = western(str(value)).replace("\u066b", ".").replace("\u066c", "").replace(",", "").replace(" ", "")
        try:
            amount = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError(self.error_messages["money"], code="money") from error
        if not amount.is_finite() or abs(amount) >= Decimal(10) ** 15:
            raise ValidationError(self.error_messages["money"], code="money")
        digits = minor_digits(self.currency)
        minor = amount.scaleb(digits)
        if minor != minor.to_integral_value():
            raise ValidationError(self.error_messages["digits"], code="digits", params={"digits": digits})
        return int(minor)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and self.min_value is not None and value < self.min_value:
            raise ValidationError(
                self.error_messages["low"], code="low", params={"low": self.prepare_value(self.min_value)}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except ValidationError:
            return True


class ImageField(forms.ImageField):
    """A picture, with its preview. What it really is the room checks by content; here only what one can see."""

    default_error_messages = {"big": _("The file may have at most %(limit)s; this one has %(size)s.")}

    def __init__(
        self, *, max_bytes: int = 10 * 1024 * 1024, accept: str = "image/png,image/jpeg,image/webp", **kwargs: Any
    ) -> None:
        self.max_bytes = max_bytes
        super().__init__(widget=ImageInput({"accept": accept}, max_bytes=max_bytes), **kwargs)

    def to_python(self, data: Any) -> Any:
        if data and getattr(data, "size", 0) > self.max_bytes:
            params = {"limit": filesizeformat(self.max_bytes), "size": filesizeformat(data.size)}
            raise ValidationError(self.error_messages["big"], code="big", params=params)
        return super().to_python(data)


class DateField(forms.DateField):
    """A day, with buttons for the usual ones."""

    def __init__(self, *, presets: tuple[tuple[int, Any], ...] = DATE_PRESETS, **kwargs: Any) -> None:
        super().__init__(widget=DateInput(presets=presets), **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        return super().to_python(western(value) if isinstance(value, str) else value)
