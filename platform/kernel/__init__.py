"""Ids, money, clock, errors, crypto, outbox, jobs. No business, and it imports no other room."""
