"""What a statement is made of: sections, which rooms register for a level, and how they are kept.

A section is plain data in every language of the product, so that what was made can be shown and printed later without
asking anything again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import override

Words = dict[str, str]


def both(text: Any, **values: object) -> Words:
    """A lazy text in every language, with its placeholders filled; a mapping among `values` is read per language."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            own = {name: value[code] if isinstance(value, Mapping) else value for name, value in values.items()}
            found[code] = str(text) % own if own else str(text)
    return found


def same(english: str, arabic: str = "") -> Words:
    """Words that people wrote themselves: a name or title, in Arabic where there is one."""
    return {code: (arabic if code == "ar" else "") or english or arabic for code, _name in settings.LANGUAGES}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose figures are wanted, and the half-open period in UTC."""

    id: uuid.UUID
    site_id: uuid.UUID
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its name: a count, or minor units where `currency` is set."""

    label: Words
    value: int
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: words (per language), text, when (ISO), number, signed, or money and signed_money in minor units."""

    label: Words
    kind: str = "text"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values, in the order of the columns. `total` stands under the last row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: Words = field(default_factory=dict)
    total: tuple[Any, ...] = ()
    empty: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a wallet held before and after, and the sum of its lines. `account` is what the proof looks at."""

    unit: str
    opening: int
    closing: int
    moved: int
    account: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a statement. `balances` must tie to the ledger; making a statement that does not tie fails."""

    code: str
    title: Words
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    balances: tuple[Balance, ...] = ()
    note: Words = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Build = Callable[[Sequence[Owner]], Mapping[uuid.UUID, Section]]
_builders: dict[str, list[tuple[int, Build]]] = {}


def register(level: str, order: int, build: Build) -> None:
    """Add a section to the statements of `level`. It is built for many owners at once, behind the wall of their site.

    An owner that `build` leaves out gets a statement without the section.
    """
    known = _builders.setdefault(level, [])
    if build not in [found for _order, found in known]:
        known.append((order, build))
        known.sort(key=lambda pair: pair[0])


def build_all(level: str, owners: Sequence[Owner]) -> dict[uuid.UUID, list[Section]]:
    """Every section of every owner, in order."""
    found: dict[uuid.UUID, list[Section]] = {owner.id: [] for owner in owners}
    for _order, build in _builders.get(level, []):
        for owner_id, section in build(owners).items():
            found[owner_id].append(section)
    return found
