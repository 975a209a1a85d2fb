"""The merchant's log of spins: what its search and its filters find."""

from __future__ import annotations

import pytest

from kernel import clock
from merchants import models as m
from storefront.wheel.models import Spin
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import open_batch
from tests.wheel.conftest import spin
from tests.wheel.test_desk import client, member, voucher

__all__ = ["client", "member", "voucher"]
SPINS = "/merchant/wheel/spins/"


@pytest.fixture
def spun(ada_site, mona, voucher):
    """Carl won a voucher and Dana, who holds that already, a drink; both got a cake, and Nobody got nothing."""
    now = clock.now()
    with wall(ada_site, "site"):
        drink, cake = open_batch(mona, 5, title_en="Free drink"), open_batch(mona, 2, title_en="Cake")
        factories.make_wheel(mona, ("Tea", 1_000, voucher, 1), ("Juice", 1, drink, 1), ("No Prize", 1), always=cake)
    for number, name in enumerate(("Carl", "Dana", "Nobody"), start=1):
        spin(ada_site, mona, f"+96650000000{number}", now=now, name=name)
    with wall(ada_site, "site"):
        return list(Spin.objects.select_related("coupon", "always_coupon").order_by("id"))


def found(client, query):
    page = client.get(f"{SPINS}?{query}").content.decode()
    return [name for name in ("Carl", "Dana") if name in page.partition("<tbody")[2]]


def test_a_whole_serial_finds_its_spin_and_a_part_of_one_nothing(spun, client):
    won, anyway = spun[0].coupon.serial, spun[1].always_coupon.serial

    assert found(client, f"q={won}") == ["Carl"]
    assert found(client, f"q={won[:5]}-{won[5:10]}-{won[10:]}".lower()) == ["Carl"]
    assert found(client, f"q={anyway}") == ["Dana"]
    assert found(client, f"q={won[:6]}") == []


def test_a_part_of_the_customers_name_or_of_the_label_finds_its_spins(spun, client):
    assert found(client, "q=car") == ["Carl"]
    assert found(client, "q=juic") == ["Dana"]
    assert found(client, "q=zzz") == []


def test_who_never_claimed_here_is_not_found_by_name(ada_site, spun, client):
    """The record of somebody who drew nothing is not this merchant's to see."""
    with wall(ada_site, "site"):
        m.MerchantCustomer.objects.filter(customer_id=spun[2].customer_id).delete()

    assert "No prize" not in client.get(f"{SPINS}?q=nobo").content.decode().partition("<tbody")[2]


def test_spins_are_narrowed_to_what_they_gave(spun, client, voucher):
    assert found(client, f"prize={voucher.id}") == ["Carl"]
    assert found(client, f"prize={spun[1].batch_id}") == ["Dana"]
    page = client.get(SPINS).content.decode()
    assert f'value="{voucher.id}"' in page
