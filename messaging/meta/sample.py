"""The picture that Meta's reviewers see in place of a coupon."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageDraw

MIME, NAME = "image/png", "coupon.png"
SIZE = (1125, 600)


@lru_cache(maxsize=1)
def picture() -> bytes:
    """A plain coupon, as PNG."""
    image = Image.new("RGB", SIZE, "#f4f4f5")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 40, SIZE[0] - 40, SIZE[1] - 40), 36, fill="#ffffff", outline="#d4d4d8", width=3)
    draw.rounded_rectangle((40, 40, 420, SIZE[1] - 40), 36, fill="#0f766e")
    for top in range(64, SIZE[1] - 64, 36):
        draw.line((440, top, 440, top + 18), fill="#a1a1aa", width=4)
    draw.text((110, 230), "20 %", fill="#ffffff", font_size=110)
    draw.text((500, 160), "Palm Café", fill="#18181b", font_size=64)
    draw.text((500, 260), "Free cappuccino", fill="#3f3f46", font_size=48)
    draw.text((500, 420), "ABCD-EFGH-JKLM", fill="#18181b", font_size=44)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
