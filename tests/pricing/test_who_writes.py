"""Prices are written on the console and nowhere else: by no other URL, by no API, by no other room's code."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from accounts import permissions
from tests.guards.world import all_urls

ROOT = Path(__file__).resolve().parents[2]
WRITERS = {"platform/console/web/prices.py", "platform/console/web/priceforms.py", "platform/config/demo/prices.py"}


def test_the_verb_exists_on_the_console_alone():
    assert set(permissions.TABLE["price.manage"]) == {permissions.CONSOLE}
    assert permissions.TABLE["price.manage"][permissions.CONSOLE] == {"super_admin", "finance"}
    assert permissions.MERCHANT not in permissions.TABLE["price.view"]


def test_every_url_that_changes_prices_is_the_consoles():
    urls = [url for url in all_urls() if url.verb == "price.manage"]

    assert len(urls) >= 7
    assert {url.site for url in urls} == {"master"}


def test_only_the_console_calls_the_services_that_write():
    found = set()
    for folder in ("platform", "tenants", "credits", "agents", "merchants", "storefront"):
        for path in (ROOT / folder).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if name.startswith("credits/pricing/"):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                module = getattr(node, "module", "") or "" if isinstance(node, ast.ImportFrom) else ""
                if module.startswith("credits.pricing.services"):
                    found.add(name)
    assert found == WRITERS


def test_the_api_has_no_word_on_prices():
    paths = json.loads((ROOT / "tests/api/openapi.json").read_text())["paths"]

    assert [path for path in paths if "price" in path] == []
