"""Fixtures of the merchant tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cluster
from tests.merchants.cast import Shop, open_shop


@pytest.fixture
def shop(ada_site: Any) -> Shop:
    """Mona's shop with 100 coupon credits."""
    return open_shop(ada_site, 100, brand="Mona's Coffee")


@pytest.fixture
def race_shop(race_db: None) -> Shop:
    """The same for tests that commit."""
    return open_shop(cluster.site("ada"), 100, brand="Mona's Coffee")
