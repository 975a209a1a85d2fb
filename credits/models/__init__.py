"""Accounts, transfers, entries and holds. Read them; only the bank's functions write them."""

from credits.models.account import Account
from credits.models.entry import Entry
from credits.models.hold import Hold
from credits.models.transfer import Transfer

__all__ = ["Account", "Entry", "Hold", "Transfer"]
