"""Automations and campaigns in the merchant area."""
