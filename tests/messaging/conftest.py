"""A site with a sender, and a shop on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from credits.models import Hold
from credits.queries import proof
from messaging.meta.models import MessageTemplate
from messaging.models import Message
from tenants.walls import wall
from tests import cluster
from tests.accounts.conftest import client_of, sign_in, staff_of
from tests.messaging.cast import Clock, Phone, connect, open_phone
from tests.standins import WhatsAppStandIn, whatsapp, whatsapp_process

__all__ = ["client_of", "staff_of", "whatsapp", "whatsapp_process"]


@pytest.fixture
def phone(db: None) -> Iterator[Phone]:
    """Mona's shop, at level site."""
    site = cluster.site("ada")
    connect(site)
    found = open_phone(site)
    with found.at_site():
        yield found


@pytest.fixture
def owner(phone: Phone, client_of: Any) -> Any:
    """Mona in her browser."""
    return sign_in(client_of("ada"), User.objects.get(id=phone.shop.owner.id).email)


@pytest.fixture
def proved(phone: Phone) -> Iterator[None]:
    """After the test: exactly the messages that are not through hold a credit, and the ledger is proved."""
    yield
    prove()


def prove() -> None:
    held = Message.objects.filter(charge="held").values_list("id", flat=True)
    assert set(Hold.objects.values_list("id", flat=True)) == set(held)
    with wall(cluster.site("master"), "master"):
        assert proof.prove().differences == []


@pytest.fixture
def race_phone(race_db: None) -> Phone:
    """The same for tests with threads and commits; no wall is open."""
    site = cluster.site("ada")
    connect(site)
    return open_phone(site)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def number(whatsapp: WhatsAppStandIn, phone: Phone) -> str:
    """The site's number at the stand-in, with its templates; coupons go out in words, which takes no drawing."""
    MessageTemplate.objects.filter(purpose="coupon").update(status="PAUSED")
    return whatsapp.add_site(phone.shop.site)


@pytest.fixture
def pictures(number: str) -> None:
    """Coupons go out as pictures."""
    MessageTemplate.objects.filter(purpose="coupon").update(status="APPROVED")
