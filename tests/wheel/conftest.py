"""Mona's wheel."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from merchants import models as m
from storefront.wheel.services import spinning
from tenants.walls import wall
from tests import factories
from tests.factories import NOW
from tests.storefront.conftest import Browser, open_batch

BIRTHDAY = dt.date(1990, 5, 17)
LOW = [0.0] * spinning.NUMBERS
HIGH = [0.999] * spinning.NUMBERS


def spin(site: Any, merchant: m.Merchant, phone: str = "+966500000001", **changes: Any) -> spinning.SpinResult:
    """A spin at level visitor; by default the first segment that can be drawn comes."""
    given = {"chance": LOW, "now": NOW, "name": "Carl", "birthday": BIRTHDAY, **changes}
    with wall(site, "visitor"):
        return spinning.spin(merchant_id=merchant.id, phone=phone, **given)


@pytest.fixture
def mona(ada_site: Any) -> m.Merchant:
    with wall(ada_site, "site"):
        return factories.make_merchant("Mona's Coffee", brand_name_ar="قهوة منى", slug="mona")


@pytest.fixture
def voucher(ada_site: Any, mona: m.Merchant) -> Any:
    with wall(ada_site, "site"):
        return open_batch(mona, 5, on_centre=False, in_store=False)


@pytest.fixture
def sure(ada_site: Any, mona: m.Merchant, voucher: Any) -> Any:
    """A wheel on which everybody wins."""
    with wall(ada_site, "site"):
        return factories.make_wheel(mona, ("RM5 Voucher", 1, voucher), ("Voucher too", 1, voucher))


@pytest.fixture
def browser() -> Browser:
    return Browser()
