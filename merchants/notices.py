"""What rooms above have to tell a merchant on the first page of its area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from merchants.models import Merchant


@dataclass(frozen=True)
class Notice:
    """A note. `tone` as an alert has it; `url` with its `label`: where something can be done about it."""

    tone: str
    title: str
    text: str
    url: str = ""
    label: str = ""


Source = Callable[[HttpRequest, Merchant, dt.datetime], Iterable[Notice]]
_known: list[Source] = []


def register(source: Source) -> None:
    """Called once by a room, when the app is ready. The source runs at level merchant and checks who may see it."""
    _known.append(source)


def of(request: HttpRequest, merchant: Merchant, now: dt.datetime) -> list[Notice]:
    """Every room's notes, in the order of their registering."""
    return [notice for source in _known for notice in source(request, merchant, now)]
