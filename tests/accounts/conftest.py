"""Clients of each host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.walls import wall
from tests import cluster, factories


@pytest.fixture
def client_of(db: None) -> Callable[[str], Client]:
    """A browser that knows one host only."""

    def make(name: str) -> Client:
        return Client(headers={"host": cluster.HOSTS[name]})

    return make


@pytest.fixture
def staff_of(client_of: Callable[[str], Client]) -> Callable[..., tuple[Client, Any]]:
    """A signed-in browser of staff with `role`, and the user."""

    def make(name: str, role: str = "super_admin") -> tuple[Client, Any]:
        site = cluster.site(name)
        with wall(site, "master" if name == "master" else "site"):
            user = factories.make_staff(role)
        return sign_in(client_of(name), user.email), user

    return make


def sign_in(client: Client, email: str, password: str = factories.PASSWORD) -> Client:
    answer = client.post("/account/login/", {"login": email, "password": password})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return client
