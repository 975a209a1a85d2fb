"""What stands on the coupon centre: offers of active merchants, inside their time, not sold out."""

from __future__ import annotations

import base64
import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from merchants.models import Batch
from merchants.models.merchant import PUBLIC_FIELDS
from storefront import search
from tenants.queries import lists

PAGE = 24
FACETS_FOR = 60  # seconds
MERCHANT_FIELDS = tuple(f"merchant__{name}" for name in PUBLIC_FIELDS)
CARD_FIELDS = (
    "id", "merchant_id", "title_en", "title_ar", "offer_kind", "offer_percent", "offer_amount", "offer_text_en",
    "offer_text_ar", "category", "country", "city", "face", "starts_at", "claim_until", "state", "sold_out",
    "on_centre", "in_store", "popularity", "created_at",
)  # fmt: skip
# Each sort is an index of the table (merchants.models.batch); the id makes the order total.
SORTS: dict[str, tuple[str, ...]] = {
    "popular": ("-popularity", "-created_at", "-id"),
    "ending": ("claim_until", "id"),
    "newest": ("-created_at", "-id"),
}


@dataclass(frozen=True)
class Wanted:
    """What a visitor asked for, as the address says it."""

    text: str = ""
    country: str = ""
    city: str = ""
    category: str = ""
    sort: str = "popular"
    cursor: str = ""

    @classmethod
    def of(cls, query: Any) -> Wanted:
        """From a query string; what makes no sense is left out."""
        sort = query.get("sort", "")
        picked = {name: query.get(name, "").strip()[:40] for name in ("country", "city", "category")}
        return cls(
            text=query.get("q", "").strip()[:80], sort=sort if sort in SORTS else "popular",
            cursor=query.get("after", "")[:400], **picked,
        )  # fmt: skip

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.country or self.city or self.category)

    def query(self, **changed: str) -> dict[str, str]:
        """The query string of this page with some of it changed; the cursor only where it is given."""
        said = {"q": self.text, "country": self.country, "city": self.city, "category": self.category}
        said |= {"sort": "" if self.sort == "popular" else self.sort, "after": ""} | changed
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Facets:
    """How many live offers there are, by country, city and category."""

    rows: tuple[tuple[str, str, str, int], ...]

    def count(self, *, country: str = "", city: str = "", category: str = "") -> int:
        return sum(
            n for c, t, k, n in self.rows
            if country in {"", c} and city in {"", t} and category in {"", k}
        )  # fmt: skip

    def codes(self, position: int, **narrowed: str) -> dict[str, int]:
        """Code → number of offers of column `position` (0 country, 1 city, 2 category)."""
        found: dict[str, int] = {}
        for row in self.rows:
            code = str(row[position])
            if code and narrowed.get("country", "") in {"", row[0]}:
                found[code] = found.get(code, 0) + row[3]
        return found


def listed() -> dict[str, dict[str, dict[str, str]]]:
    """Kind → code → language → name of the platform's lists, at most a minute old."""
    found = cache.get("storefront.lists")
    if found is None:
        found = {
            kind: {entry.code: {"en": entry.name_en, "ar": entry.name_ar} for entry in lists.list_entries(kind)}
            for kind in ("category", "city", "country")
        }
        cache.set("storefront.lists", found, FACETS_FOR)
    return dict(found)


def names(language: str) -> dict[str, dict[str, str]]:
    """Kind → code → name, for cards and chips."""
    return {kind: {code: said[language] for code, said in codes.items()} for kind, codes in listed().items()}


def live(now: dt.datetime) -> QuerySet[Batch]:
    """Every offer that a visitor could take on the coupon centre now. A batch that is all paper is none."""
    return Batch.objects.filter(
        state=Batch.State.ACTIVE, on_centre=True, sold_out=False, starts_at__lte=now, claim_until__gt=now,
        print_quantity__lt=F("quantity"), merchant__state="active",
    )  # fmt: skip


def facets(now: dt.datetime) -> Facets:
    """The filters' choices, at most a minute old."""
    rows = cache.get("storefront.facets")
    if rows is None:
        counted = live(now).values_list("country", "city", "category").annotate(n=Count("id")).order_by()
        rows = tuple(tuple(row) for row in counted)
        cache.set("storefront.facets", rows, FACETS_FOR)
    return Facets(rows)


def page(wanted: Wanted, *, now: dt.datetime) -> tuple[list[Batch], str]:
    """One page of offers, and the cursor of the next one ("" at the end)."""
    offers = _matching(wanted, now)
    order = SORTS[wanted.sort]
    if wanted.cursor:
        offers = offers.filter(_after(order, wanted.cursor))
    rows = list(offers.select_related("merchant").only(*CARD_FIELDS, *MERCHANT_FIELDS).order_by(*order)[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return rows, _cursor(order, rows[-1]) if more else ""


def count(wanted: Wanted, *, now: dt.datetime) -> int:
    """How many offers match. Without words the filters' own figures say it."""
    if wanted.text:
        return _matching(wanted, now).count()
    return facets(now).count(country=wanted.country, city=wanted.city, category=wanted.category)


def _matching(wanted: Wanted, now: dt.datetime) -> QuerySet[Batch]:
    offers = live(now)
    for name in ("country", "city", "category"):
        if value := getattr(wanted, name):
            offers = offers.filter(**{name: value})
    if wanted.text:
        offers = offers.filter(id__in=_found(search.words(wanted.text)))
    return offers


def _found(words: list[str]) -> RawSQL | list[Any]:
    """Ids of the offers that have all these words, as a subquery."""
    if not words:
        return []
    called = [",".join(_categories(word.removesuffix(":*"))) for word in words]
    return RawSQL("SELECT search_offers(%s, %s)", [words, called])


def _categories(start: str) -> list[str]:
    """Codes of the categories that have a word beginning so, in either language."""
    return [
        code
        for code, names in listed()["category"].items()
        if any(part.startswith(start) for part in search.normal(" ".join(names.values())).split())
    ]


def _cursor(order: tuple[str, ...], row: Batch) -> str:
    values = [getattr(row, name.removeprefix("-")) for name in order]
    plain = [value if isinstance(value, int) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _after(order: tuple[str, ...], cursor: str) -> Q:
    """The condition "after this row"; a cursor that is not ours means the beginning."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [_value(name, value) for name, value in zip(order, values, strict=True)]
    except (ValueError, TypeError):
        return Q()
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column = name.removeprefix("-")
        condition |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    # Redundant, and what lets the index begin at the right place.
    first = order[0].removeprefix("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]}) & condition


def _value(name: str, value: Any) -> Any:
    column = name.removeprefix("-")
    if column == "id":
        return uuid.UUID(value)
    if column == "popularity":
        return int(value)
    return dt.datetime.fromisoformat(value)
