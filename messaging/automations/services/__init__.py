"""Switching on and off, opening occasions, campaigns."""
