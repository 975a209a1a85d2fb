"""Parts of forms."""

from __future__ import annotations

from typing import Any

from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ui.forms import layout
from ui.tags import draw, register


@register.simple_tag
def form_errors(form: Any) -> SafeString:
    """The summary of a form's errors; it takes the focus."""
    if not form.errors:
        return SafeString("")
    fields = [(field, field.errors) for field in form if field.errors]
    return draw("form_errors", form=form, fields=fields, general=form.non_field_errors())


@register.simple_tag
def savebar(label: Any, cancel_url: str = "", icon: str = "", name: str = "", value: str = "") -> SafeString:
    """The bar that saves."""
    return draw("savebar", label=label, cancel_url=cancel_url, icon=icon, name=name, value=value)


@register.simple_tag
def consequence(cost: int, available: int, unit: Any, input: str = "", factor: int = 1) -> SafeString:  # noqa: A002
    """What a step takes and what is left after it, before it is taken."""
    left = int(available) - int(cost)
    return draw(
        "consequence", cost=int(cost), available=int(available), left=left, short=left < 0, unit=unit, input=input,
        factor=factor,
    )  # fmt: skip


@register.simple_tag
def page_script(name: str) -> SafeString:
    """The script of one page: `frontend/js/pages/<name>.js`."""
    return format_html('<script type="module" src="{}"></script>', static(f"ui/pages/{name}.js"))


@register.simple_tag
def submit_row(label: Any, icon: str = "", tone: str = "primary") -> SafeString:
    """The one button of a focus page, as wide as the thumb wants it."""
    return draw("submit", label=label, icon=icon, tone=tone)


@register.simple_tag
def form_groups(form: Any) -> list[layout.Group]:
    """A form's visible fields by section."""
    return layout.groups(form)


@register.simple_tag
def repeated_rows(formset: Any, add_label: Any) -> SafeString:
    """A formset as rows that can be added and removed."""
    context = {"formset": formset, "add_label": add_label, "general": formset.non_form_errors()}
    return SafeString(get_template("ui/forms/rows.html").render(context))
