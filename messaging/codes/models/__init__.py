"""Codes that were sent."""
