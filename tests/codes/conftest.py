"""A site with a sender, and a browser."""

from __future__ import annotations

from tests.messaging.conftest import phone, race_phone
from tests.standins import whatsapp, whatsapp_process

__all__ = ["phone", "race_phone", "whatsapp", "whatsapp_process"]
