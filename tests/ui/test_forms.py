"""Fields whose values are what services take, and forms that say what is wrong where it is."""

from __future__ import annotations

import io
import re

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel.errors import DomainError
from ui.forms import (
    ColourField,
    ImageField,
    MoneyField,
    Option,
    PhoneField,
    PinInput,
    RadioCards,
    Section,
    Switch,
    refuse,
)


class PhoneForm(forms.Form):
    phone = PhoneField(country="SA")


def phone(country: str, number: str) -> PhoneForm:
    return PhoneForm({"phone_country": country, "phone_number": number})


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        ("SA", "0501234567"), ("SA", "501234567"), ("SA", "050 123-4567"), ("SA", "٠٥٠١٢٣٤٥٦٧"), ("SA", "00966501234567"),
        ("JO", "+966 50 123 4567"), ("XX", "0501234567"),
    ],
)  # fmt: skip
def test_a_phone_number_becomes_e164_however_it_is_typed(country, typed):
    form = phone(country, typed)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == "+966501234567"


@pytest.mark.parametrize("typed", ["123", "abc", "+999123456789", "05012345678901"])
def test_what_is_no_phone_number_is_refused_in_words(typed):
    assert phone("SA", typed).errors["phone"] == ["This is not a phone number of the chosen country."]


def test_a_missing_phone_number_is_asked_for_and_an_optional_one_is_empty():
    class Optional(forms.Form):
        phone = PhoneField(required=False)

    assert phone("SA", " ").errors["phone"] == ["This field is required."]
    empty = Optional({"phone_country": "SA", "phone_number": ""})
    assert empty.is_valid()
    assert empty.cleaned_data["phone"] == ""


def test_a_stored_number_is_shown_with_its_country():
    html = str(PhoneForm(initial={"phone": "+962791234567"})["phone"])

    assert re.search(r'<option value="JO" selected>', html)
    assert 'value="07 9123 4567"' in html


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [
        ("SAR", "1,250", 125000), ("SAR", "1250.5", 125050), ("SAR", "١٬٢٥٠٫٥", 125050), ("KWD", "1.234", 1234),
        ("JPY", "900", 900), ("SAR", "0", 0),
    ],
)  # fmt: skip
def test_an_amount_becomes_minor_units(currency, typed, minor):
    assert MoneyField(currency=currency).clean(typed) == minor


@pytest.mark.parametrize(
    ("currency", "typed"), [("SAR", "1.234"), ("JPY", "1.5"), ("SAR", "-1"), ("SAR", "NaN"), ("SAR", "1e30"), ("SAR", "x")]
)
def test_a_wrong_amount_is_refused(currency, typed):
    with pytest.raises(forms.ValidationError):
        MoneyField(currency=currency).clean(typed)


def test_an_amount_that_was_not_touched_has_not_changed():
    field = MoneyField(currency="SAR")

    assert not field.has_changed(125000, "1,250.00")
    assert field.has_changed(125000, "1,250.01")


def test_a_colour_is_kept_in_one_form_and_nonsense_is_refused():
    assert ColourField().clean("#0F766E") == "#0f766e"
    with pytest.raises(forms.ValidationError):
        ColourField().clean("red")


def picture(size: int = 0) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    return SimpleUploadedFile("a.png", buffer.getvalue() + b"\0" * size, "image/png")


def test_a_picture_over_its_limit_is_refused_with_both_sizes():
    field = ImageField(max_bytes=2048)

    assert field.clean(picture())
    with pytest.raises(forms.ValidationError, match=r"at most 2\.0.*KB; this one has 3"):
        field.clean(picture(3000))


class OfferForm(forms.Form):
    sections = [Section("Offer", ["title", "kind"], help="What they get.")]
    title = forms.CharField(label="Title", help_text="Seen by all.")
    kind = forms.ChoiceField(widget=RadioCards, choices=[("a", Option("Amount", "Such as 15 off", "banknote"))])
    pin = forms.CharField(widget=PinInput, required=False, label="PIN")
    listed = forms.BooleanField(widget=Switch, required=False, label="Listed")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_every_control_carries_its_class_and_its_label():
    html = str(OfferForm())

    assert re.search(r'<input type="text" name="title"[^>]*class="input"', html)
    assert re.search(r'<input type="password" name="pin"[^>]*class="input input-ltr"', html)
    assert re.search(r'<input type="checkbox" name="listed"[^>]*class="toggle"', html)
    assert '<label class="field-label" for="id_title">' in html
    assert html.count("(optional)") == 1
    assert "Such as 15 off" in html
    assert html.index("What they get.") < html.index("PIN")


def test_errors_stand_at_the_field_and_in_a_summary_that_takes_the_focus():
    form = OfferForm({"title": "", "kind": "a", "pin": "12"})

    html = str(form)

    assert "Please check one thing" in html
    assert re.search(r'role="alert" tabindex="-1" data-autofocus', html)
    assert '<a class="' in html
    assert 'href="#id_title">Title: This field is required.' in html
    assert re.search(r'aria-invalid="true"', html)
    described = re.search(r'name="title"[^>]*aria-describedby="([^"]+)"', html)[1].split()
    assert {"id_title_error", "id_title_helptext"} <= set(described)
    for name in described:
        assert f'id="{name}"' in html


def test_what_was_typed_is_kept():
    assert 'value="Opening week"' in str(OfferForm({"title": "Opening week", "kind": "zzz"}))


def test_a_refusal_of_the_domain_stands_where_it_belongs():
    form = OfferForm({"title": "x", "kind": "a"})
    assert form.is_valid()

    refuse(form, DomainError("Too long.", field="title"))
    refuse(form, DomainError("Too few credits."))

    assert form.errors["title"] == ["Too long."]
    assert form.non_field_errors() == ["Too few credits."]


def test_repeated_rows_bring_an_empty_one_to_copy():
    from django.template import engines

    class Row(forms.Form):
        day = forms.CharField(label="Day")

    formset = forms.formset_factory(Row, extra=1, can_delete=True)(prefix="hours")
    html = engines["django"].from_string("{% repeated_rows formset 'Add a day' %}").render({"formset": formset})

    assert 'name="hours-TOTAL_FORMS"' in html
    assert 'name="hours-0-day"' in html
    assert 'name="hours-__prefix__-day"' in html
    assert 'name="hours-0-DELETE"' in html
