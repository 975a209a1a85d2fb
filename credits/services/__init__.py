"""Writes: opening wallets and moving credits and money."""
