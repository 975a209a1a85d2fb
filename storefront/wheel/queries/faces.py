"""What visitors see of a wheel: its face, and the result of the spin whose address they hold."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from storefront.wheel.choices import Outcome


@dataclass(frozen=True)
class Slice:
    """One segment as it is drawn. `position` counts clockwise from the top, from 1."""

    position: int
    label_en: str
    label_ar: str
    colour: str

    def label(self, language: str) -> str:
        return (self.label_ar if language == "ar" else "") or self.label_en


@dataclass(frozen=True)
class Face:
    """A merchant's wheel in its newest version.

    `kept_back`: batches that only the wheel gives out, not the page behind the poster.
    """

    wheel_id: uuid.UUID
    version_id: uuid.UUID
    runs: bool
    slices: tuple[Slice, ...]
    kept_back: frozenset[uuid.UUID]


@dataclass(frozen=True)
class SpinPage:
    """A spin's result. `serial`: the prize's, "" where there is none; `always_serial`: of the coupon given anyway."""

    id: uuid.UUID
    merchant_id: uuid.UUID
    version_id: uuid.UUID
    outcome: str
    day: dt.date
    slices: tuple[Slice, ...]
    position: int | None
    serial: str
    always_serial: str

    @property
    def drawn(self) -> Slice | None:
        return next((one for one in self.slices if one.position == self.position), None)

    @property
    def is_win(self) -> bool:
        return self.outcome == Outcome.WIN


def face_of(merchant_id: uuid.UUID, *, now: dt.datetime) -> Face | None:
    """The merchant's wheel, or None where it has none. Runs at level visitor."""
    found = _ask("SELECT wheel_face(%s, %s)", [merchant_id, now])
    if found is None:
        return None
    prizes = {uuid.UUID(key) for key in found["prizes"]}
    # While the wheel runs, what it gives in any case is had by spinning; else the page gives it like any other.
    always = {uuid.UUID(found["always"])} if found["always"] and found["runs"] else set()
    return Face(
        uuid.UUID(found["wheel"]), uuid.UUID(found["version"]), found["runs"], _slices(found),
        frozenset(prizes | always),
    )  # fmt: skip


def find_spin(spin_id: uuid.UUID) -> SpinPage | None:
    """The spin with this id. Runs at level visitor; the id comes out of a signed address and nowhere else."""
    found = _ask("SELECT spin_page(%s)", [spin_id])
    if found is None:
        return None
    return SpinPage(
        id=uuid.UUID(found["id"]), merchant_id=uuid.UUID(found["merchant"]), version_id=uuid.UUID(found["version"]),
        outcome=found["outcome"], day=dt.date.fromisoformat(found["day"]), slices=_slices(found),
        position=found["position"], serial=found["serial"] or "", always_serial=found["always"] or "",
    )  # fmt: skip


def _slices(found: dict[str, Any]) -> tuple[Slice, ...]:
    return tuple(Slice(**one) for one in found["segments"] or ())


def _ask(sql: str, values: list[Any]) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    value = row[0] if row else None
    return json.loads(value) if isinstance(value, str) else value
