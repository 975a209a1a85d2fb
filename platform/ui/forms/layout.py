"""Groups of fields, and refusals of the domain shown where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of a form's fields. A form lists them as `sections`; what is left over comes last."""

    title: Any
    fields: Sequence[str]
    help: Any = ""
    columns: int = 1


@dataclass(slots=True)
class Group:
    """A section as it is drawn."""

    title: Any
    help: Any
    columns: int
    fields: list[Any] = field(default_factory=list)


def groups(form: forms.BaseForm) -> list[Group]:
    """The visible fields of a form, by section."""
    left = {bound.name: bound for bound in form.visible_fields()}
    found = []
    for section in getattr(form, "sections", []):
        drawn = [left.pop(name) for name in section.fields if name in left]
        if drawn:
            found.append(Group(section.title, section.help, section.columns, drawn))
    if left:
        found.append(Group("", "", 1, list(left.values())))
    return found


def refuse(form: forms.BaseForm, error: Any) -> None:
    """Put a refusal of the domain on its field (`error.data["field"]`), else into the form's summary."""
    name = getattr(error, "data", {}).get("field")
    form.add_error(name if name in form.fields else None, str(error))
