"""Reads: balances, statements and the proof."""
