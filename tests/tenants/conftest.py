"""Signed-in browsers, as in tests/accounts."""

from tests.accounts.conftest import client_of, staff_of

__all__ = ["client_of", "staff_of"]
