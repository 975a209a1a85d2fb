"""`settings.FORM_RENDERER`: labels above, help under, errors at the field and in a summary."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import Input

_BY_WIDGET: tuple[tuple[type[forms.Widget], str, str], ...] = (
    # widget, kind of field template, CSS class
    (forms.CheckboxSelectMultiple, "options", "checkbox"),
    (forms.RadioSelect, "options", "radio radio-sm"),
    (forms.CheckboxInput, "check", "checkbox"),
    (forms.Textarea, "input", "textarea"),
    (forms.Select, "input", "select"),
    (forms.FileInput, "input", "file-input"),
    (forms.HiddenInput, "hidden", ""),
    (forms.MultiWidget, "group", ""),
    (Input, "input", "input"),
)


def kind_and_class(widget: forms.Widget) -> tuple[str, str]:
    """How a widget's field is laid out, and the class of its control. A widget may say both itself."""
    kind, css = next(((kind, css) for cls, kind, css in _BY_WIDGET if isinstance(widget, cls)), ("input", ""))
    return getattr(widget, "ui_kind", kind), getattr(widget, "ui_class", css)


class UiBoundField(forms.BoundField):
    """A bound field whose control carries our classes."""

    @property
    def ui_kind(self) -> str:
        return kind_and_class(self.field.widget)[0]

    @property
    def is_optional(self) -> bool:
        # A field that another answer makes necessary sets `says_optional = False`.
        told = getattr(self.field, "says_optional", True) and self.ui_kind not in {"check", "hidden"}
        return told and not self.field.required and not self.field.disabled

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        css = kind_and_class(widget)[1]
        if css:
            own = f"{widget.attrs.get('class', '')} {attrs.get('class', '')}".split()
            attrs["class"] = " ".join(dict.fromkeys([css, *own]))
        return attrs


class Renderer(TemplatesSetting):
    """Our templates for forms, fields and formsets."""

    form_template_name = "ui/forms/form.html"
    formset_template_name = "ui/forms/formset.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = UiBoundField
