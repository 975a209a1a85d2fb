"""The figures of a statement in words and numbers of one language: for its page and for its paper alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ui import text
from ui.text import money_text


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text. Numbers and moments run from left to right in every language."""

    text: str
    is_number: bool = False
    is_ltr: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class ShownTable:
    title: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ShownSection:
    code: str
    title: str
    figures: tuple[tuple[str, str], ...]
    tables: tuple[ShownTable, ...]
    note: str


def sections(figures: Mapping[str, Any], language: str, zone: str, *, most: int | None = None) -> list[ShownSection]:
    """Every section of a statement's `figures`, moments in `zone`; of each table at most the first `most` rows."""
    return [_section(section, language, ZoneInfo(zone), most) for section in figures["sections"]]


def number(value: int, currency: str = "", *, signed: bool = False) -> str:
    """1,250 or SAR 1,250.00; with a sign where `signed`."""
    if currency:
        return money_text(value, currency, sign=signed)
    return text.signed(value) if signed else text.thousands(value)


def _section(section: Mapping[str, Any], language: str, zone: ZoneInfo, most: int | None) -> ShownSection:
    return ShownSection(
        section["code"],
        section["title"][language],
        tuple((f["label"][language], number(f["value"], f["currency"])) for f in section["figures"]),
        tuple(_table(table, language, zone, most) for table in section["tables"]),
        section["note"].get(language, ""),
    )


def _table(table: Mapping[str, Any], language: str, zone: ZoneInfo, most: int | None) -> ShownTable:
    columns = table["columns"]

    def shown(row: Any) -> tuple[Cell, ...]:
        return tuple(_cell(value, column, language, zone) for value, column in zip(row, columns, strict=True))

    return ShownTable(
        table["title"].get(language, ""),
        tuple(Cell(column["label"][language], is_number=_is_number(column["kind"]), is_ltr=column["kind"] == "when")
            for column in columns),
        tuple(map(shown, table["rows"][:most])),
        shown(table["total"]) if table["total"] else (),
        max(0, len(table["rows"]) - most) if most is not None else 0,
    )


def _is_number(kind: str) -> bool:
    return kind in {"number", "money", "signed", "signed_money"}


def _cell(value: Any, column: Mapping[str, Any], language: str, zone: ZoneInfo) -> Cell:
    kind, label = column["kind"], column["label"][language]
    if value is None:
        return Cell("", is_number=_is_number(kind), label=label)
    if isinstance(value, Mapping):
        return Cell(value[language], label=label)
    if kind == "when":
        moment = dt.datetime.fromisoformat(value).astimezone(zone)
        return Cell(f"{moment:%Y-%m-%d %H:%M}", is_ltr=True, label=label)
    if _is_number(kind):
        shown = number(value, column["currency"], signed=kind.startswith("signed"))
        return Cell(shown, is_number=True, is_ltr=True, label=label)
    return Cell(str(value), is_ltr=True, label=label)
