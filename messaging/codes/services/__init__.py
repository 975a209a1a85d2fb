"""Asking for codes, and proving a phone with one."""
