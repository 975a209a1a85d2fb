"""Accounts, transfers and entries. Read them; only `bank_post` writes them."""

from credits.models.account import Account
from credits.models.entry import Entry
from credits.models.transfer import Transfer

__all__ = ["Account", "Entry", "Transfer"]
