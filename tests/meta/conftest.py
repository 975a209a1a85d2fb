"""Fixtures of WhatsApp. For other wings: `from tests.standins import whatsapp, whatsapp_process` gives the stand-in of the
Cloud API, and tests/meta/cast.py writes a connected account, senders and templates.
"""

from __future__ import annotations

from tests.accounts.conftest import client_of, staff_of
from tests.standins import whatsapp, whatsapp_process

__all__ = ["client_of", "staff_of", "whatsapp", "whatsapp_process"]
