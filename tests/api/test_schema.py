"""The OpenAPI document: complete, stable, and its page works under the strict content policy."""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.test import Client

from merchants.api.urls import urlpatterns
from tests.cluster import HOSTS

SNAPSHOT = Path(__file__).parent / "openapi.json"


def fetch(path, **headers):
    return Client().get(path, headers={"host": HOSTS["ada"], **headers})


def test_the_document_is_the_one_that_was_reviewed(ada_site):
    """After a wished change: run with WRITE_OPENAPI=1, look at the difference, and write it in the changelog."""
    found = json.dumps(json.loads(fetch("/api/schema/?format=json").content), indent=1, sort_keys=True) + "\n"
    if os.environ.get("WRITE_OPENAPI"):
        SNAPSHOT.write_text(found)

    assert found == SNAPSHOT.read_text()


def test_every_endpoint_is_in_it_with_problems_and_the_key(ada_site):
    found = json.loads(fetch("/api/schema/?format=json").content)

    assert len(found["paths"]) == len([pattern for pattern in urlpatterns if pattern.name != "unknown"])
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            assert "default" in operation["responses"], (path, method)
            assert operation["security"] == [{"ApiKey": []}], (path, method)


def test_the_page_loads_nothing_inline_or_foreign(ada_site):
    page = fetch("/api/docs/")
    text = page.content.decode()

    assert page.status_code == 200
    assert "<style" not in text
    assert "http://" not in text.replace("http://ada.localhost", "")
    assert "https://" not in text
    assert "<script>" not in text
    script = fetch("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in script.content
