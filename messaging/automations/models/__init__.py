"""Automations, their occasions, and campaigns."""
