"""Mona's shop with WhatsApp, as in the tests of messages."""

from __future__ import annotations

from tests.messaging.conftest import phone, race_phone

__all__ = ["phone", "race_phone"]
