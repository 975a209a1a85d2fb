"""Codes by WhatsApp that prove a phone on a browser."""
