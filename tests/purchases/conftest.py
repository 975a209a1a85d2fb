"""Fixtures of purchases: Mona's shop on Ada's site, a price book, an agent with a wallet, Stripe's stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cluster
from tests.credits.conftest import wide_pool
from tests.purchases.cast import Market, open_market
from tests.standins import stripe, stripe_process

__all__ = ["stripe", "stripe_process", "wide_pool"]


@pytest.fixture
def market(db: None) -> Market:
    """An agent with SAR 1,000.00 in its wallet, and a merchant that was just registered."""
    return open_market()


@pytest.fixture
def race_market(race_db: None) -> Market:
    """The same for tests that commit."""
    return open_market()


@pytest.fixture
def main_market(db: None) -> Market:
    """The platform's own site: nobody's wallet pays."""
    return open_market("main")


@pytest.fixture
def master(db: None) -> Any:
    return cluster.site("master")
