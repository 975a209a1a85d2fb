"""Visitors' browsers, and offers that are open by the real clock."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from kernel import clock
from merchants import models as m
from tenants.walls import wall
from tests import factories
from tests.cluster import HOSTS

PERSON = {"phone_country": "SA", "phone_number": "0500000001", "name": "Carl Customer", "birthday": "1990-05-17"}


class Browser:
    """One browser of one visitor: cookies, language, host."""

    def __init__(self, host: str = HOSTS["ada"], language: str = "en", **options: Any) -> None:
        self.client = Client(**options)
        self.headers = {"host": host, "accept-language": language}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={**self.headers, **headers})

    def post(self, path: str, data: Any = None, **headers: str) -> Any:
        return self.client.post(path, data or {}, headers={**self.headers, **headers})

    def claim(self, batch: m.Batch, **changed: str) -> Any:
        return self.post(f"/b/{batch.id}/claim", {**PERSON, **changed})


def open_batch(merchant: m.Merchant, quantity: int = 5, **fields: Any) -> m.Batch:
    now = clock.now()
    return factories.make_batch(
        merchant, quantity,
        **{"starts_at": now - factories.DAY, "claim_until": now + 10 * factories.DAY, "created_at": now, **fields},
    )  # fmt: skip


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def mona(ada_site: Any) -> m.Merchant:
    with wall(ada_site, "site"):
        return factories.make_merchant("Mona's Coffee", brand_name_ar="قهوة منى", slug="mona")


@pytest.fixture
def offer(ada_site: Any, mona: m.Merchant) -> m.Batch:
    with wall(ada_site, "site"):
        return open_batch(mona, title_en="Breakfast deal", title_ar="عرض الفطور")
