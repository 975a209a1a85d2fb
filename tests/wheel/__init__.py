"""The lucky draw."""
