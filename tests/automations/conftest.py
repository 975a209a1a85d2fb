"""Mona's shop with WhatsApp, as in the tests of messages."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from merchants.paper.defaults import default_layout
from messaging.services import composing, pictures
from tests.messaging.conftest import phone, race_phone

__all__ = ["phone", "race_phone"]


@pytest.fixture
def plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures without their drawing."""
    jpeg = io.BytesIO()
    Image.new("RGB", (9, 9)).save(jpeg, "JPEG")
    sheet = pictures.Sheet(b"", default_layout(1000, 500))
    monkeypatch.setattr(composing.pictures, "sheet", lambda *_what: sheet)
    monkeypatch.setattr(pictures.Drawing, "jpeg", lambda _drawing: jpeg.getvalue())
