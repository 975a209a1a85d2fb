"""Mona's offer and a visitor's browser, as in the tests of the coupon centre."""

from __future__ import annotations

from tests.storefront.conftest import browser, mona, offer

__all__ = ["browser", "mona", "offer"]
