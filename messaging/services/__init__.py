"""Queueing, sending and settling messages."""
