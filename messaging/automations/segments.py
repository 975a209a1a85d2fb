"""Which customers of a merchant a campaign is for. Pure: what stands in the row, checked."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from typing import Any

from merchants import tags as words

LANGUAGES = ("en", "ar")
MOST_DAYS = 3650


class BadSegment(ValueError):
    """What was asked for makes no sense. `field` says where."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Segment:
    """Every part that is given narrows it; with none it is everybody.

    `cities`: where a coupon was used, or what the batch of a taken one says. `seen_within`, `away_for`: days since the
    last visit, at most and at least. `claimed`, `redeemed`: a batch of which a coupon was taken, or used. `tags`: the
    merchant's tags, of which the customer carries one or more. One that nobody carries any more finds nobody, and is
    kept: without it the segment would be wider than it was meant.
    """

    cities: tuple[str, ...] = ()
    seen_within: int | None = None
    away_for: int | None = None
    claimed: str = ""
    redeemed: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()

    @property
    def tag_keys(self) -> list[str]:
        """The tags as they are looked for."""
        return [words.key(tag) for tag in self.tags]

    @classmethod
    def parse(cls, said: dict[str, Any]) -> Segment:
        """From JSON. Raises BadSegment."""
        unknown = set(said) - set(cls.__slots__)
        if unknown:
            raise BadSegment(sorted(unknown)[0])
        cities = said.get("cities") or ()
        if not isinstance(cities, list | tuple) or not all(isinstance(city, str) and city for city in cities):
            raise BadSegment("cities")
        for name in ("seen_within", "away_for"):
            days = said.get(name)
            if days is not None and (type(days) is not int or not 1 <= days <= MOST_DAYS):
                raise BadSegment(name)
        for name in ("claimed", "redeemed"):
            if said.get(name):
                try:
                    uuid.UUID(str(said[name]))
                except ValueError as error:
                    raise BadSegment(name) from error
        if said.get("language", "") not in ("", *LANGUAGES):
            raise BadSegment("language")
        within, away = said.get("seen_within"), said.get("away_for")
        if within is not None and away is not None and away > within:
            raise BadSegment("away_for")  # nobody was here within 10 days and away for 30
        return cls(
            tuple(dict.fromkeys(cities)), within, away, str(said.get("claimed") or ""), str(said.get("redeemed") or ""),
            said.get("language", ""), _tags(said.get("tags") or ()),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """What is stored: only the parts that are given."""
        return {name: list(value) if type(value) is tuple else value for name, value in asdict(self).items() if value}


def _tags(said: Any) -> tuple[str, ...]:
    """Each once, by its first spelling. Raises BadSegment."""
    if not isinstance(said, list | tuple) or not all(isinstance(tag, str) for tag in said):
        raise BadSegment("tags")
    try:
        found = [words.clean(tag) for tag in said]
    except words.BadTag as error:
        raise BadSegment("tags") from error
    return tuple({words.key(tag): tag for tag in reversed(found)}.values())[::-1]
