"""Requests as the middleware makes them, without signing in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory

from tenants.walls import wall


@dataclass
class Person:
    """Somebody signed in who may do everything but what is forbidden."""

    label: str = "Ada Noor"
    kind: str = "staff"
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    merchant_id: uuid.UUID | None = None
    is_signed_in: bool = True
    forbidden: frozenset[str] = frozenset()

    def can(self, verb: str, thing: Any = None) -> bool:
        return verb not in self.forbidden


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def make_request(person: Person) -> Callable[..., HttpRequest]:
    """A request of `person`, of any path, query and body."""

    def make(path: str = "/office/", *, method: str = "get", site: Any = None, **data: Any) -> HttpRequest:
        headers = data.pop("headers", {})
        request = getattr(RequestFactory(headers=headers), method)(path, data.pop("data", data))
        request.actor = person
        request._messages = CookieStorage(request)
        if site is not None:
            request.site = site
        return request

    return make


@pytest.fixture
def in_ada_site(ada_site: Any) -> Iterator[Any]:
    """Behind the wall of Ada's site, as her staff."""
    with wall(ada_site, "site"):
        yield ada_site
