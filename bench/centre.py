"""The coupon centre with 10,000 published offers: how long a filtered page takes, and how many queries it asks."""

from __future__ import annotations

import random
import time
from typing import Any

from bench import servers

OFFERS, MERCHANTS, ROUNDS = 10_000, 500, 60
WORDS = (
    "Coffee",
    "Burger",
    "Pizza",
    "Haircut",
    "Dress",
    "Toy",
    "Phone",
    "Massage",
    "Course",
    "Flowers",
    "Dinner",
    "Cake",
)
PAGES = {
    "newest of a city": "/?city=riyadh&sort=newest",
    "popular of a category": "/?category=food",
    "ending soon in a category and city": "/?category=coffee&city=jeddah&sort=ending",
    "search by a word": "/?q=pizza",
    "search by two words, filtered": "/?q=cake+weekend&city=riyadh",
}


def run() -> list[dict[str, Any]]:
    with servers.database() as database:
        site = database.site("ada")
        seed(site)
        with database.superuser() as connection:
            connection.execute("ANALYZE")
        rows = []
        for name, path in PAGES.items():
            slowest, queries = _measure(path)
            rows.append(_row(f"coupon centre, 10,000 offers, {name}: p95", slowest, 100, "< 100 ms", "ms"))
            rows.append(_row(f"coupon centre, {name}: queries, nothing cached", queries, 12, "at most 12", ""))
    return rows


def _row(name: str, ours: float, most: float, aim: str, unit: str) -> dict[str, Any]:
    return {
        "name": name, "ours": round(ours, 1), "baseline": None, "ratio": None, "aim": aim, "unit": unit,
        "ok": ours <= most,
    }  # fmt: skip


def seed(site: Any, offers: int = OFFERS) -> None:
    """Offers of many merchants over all categories and cities, with words to search and pictures to draw."""
    from kernel import clock
    from merchants import models as m
    from tenants.walls import wall
    from tests import factories

    dice, now = random.Random(7), clock.now()
    cities = ("riyadh", "jeddah", "dammam", "makkah", "madinah")
    categories = ("food", "coffee", "fashion", "beauty", "health", "kids", "fun", "home")
    with wall(site, "site"):
        merchants = [
            factories.make_merchant(
                f"{dice.choice(WORDS)} House {number}", city=dice.choice(cities), category=dice.choice(categories)
            )
            for number in range(MERCHANTS)
        ]
        batches = []
        for number in range(offers):
            merchant = merchants[number % MERCHANTS]
            batches.append(
                m.Batch(
                    merchant=merchant, number=1_000 + number, title_en=f"{dice.choice(WORDS)} weekend {number}",
                    title_ar=f"عرض نهاية الأسبوع {number}", offer_kind="percentage",
                    offer_percent=dice.randint(5, 70), category=merchant.category, country="SA", city=merchant.city,
                    face=factories.FACE, quantity=100, made=100, starts_at=now - factories.DAY,
                    claim_until=now + factories.DAY * dice.randint(1, 60), state="active",
                    created_at=now - factories.DAY * dice.random() * 30, popularity=dice.randint(0, 500),
                )
            )  # fmt: skip
        m.Batch.objects.bulk_create(batches, batch_size=2_000)


def _measure(path: str) -> tuple[float, int]:
    """The 95th percentile in milliseconds over many requests, and the queries of one with empty caches."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from tenants.walls import wall
    from tests import cluster
    from tests.live import percentile

    client, headers = Client(), {"host": cluster.HOSTS["ada"]}
    with wall(cluster.site("ada"), "visitor"):
        cache.clear()
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert client.get(path, headers=headers).status_code == 200
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(path, headers=headers)
        times.append((time.perf_counter() - start) * 1000)
    return percentile(times, 0.95), len(asked)
