"""A site with a sender, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tenants.walls import wall
from tests import factories
from tests.codes.cast import PHONE
from tests.messaging.conftest import phone, race_phone
from tests.standins import whatsapp, whatsapp_process

__all__ = ["phone", "race_phone", "whatsapp", "whatsapp_process"]


@pytest.fixture
def carl(phone: Any) -> Any:
    return factories.make_customer(phone=PHONE)


@pytest.fixture
def visitor(phone: Any, carl: Any) -> Iterator[Any]:
    """At level visitor, as the pages run."""
    with wall(phone.shop.site, "visitor"):
        yield phone
