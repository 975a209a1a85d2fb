"""Making and reading paper in tests."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

from merchants.paper.defaults import default_layout
from merchants.paper.face import Face, render_face
from merchants.paper.layout import Box, Layout, Serial, Text

REFERENCES = Path(__file__).with_name("references")
WORDS = {
    "offer": {"en": "20% off everything", "ar": "خصم 20٪ على كل شيء"},
    "title": {"en": "Rosewater Café", "ar": "مقهى ماء الورد"},
    "terms": {
        "en": "One coupon per visit. Not with other offers.",
        "ar": "قسيمة واحدة لكل زيارة، ولا تُجمع مع عروض أخرى.",
    },
    "merchant": {"en": "Rosewater Trading LLC", "ar": "شركة ماء الورد التجارية"},
    "expiry": {"en": "Valid until 31 December 2026", "ar": "صالحة حتى 31 ديسمبر 2026"},
}


@lru_cache(maxsize=1)
def template_image() -> bytes:
    """A picture like merchants upload: coloured, busy, no white anywhere."""
    ramp = Image.linear_gradient("L").resize((1200, 760))
    across = ramp.rotate(90).resize((1200, 760))
    image = Image.merge(
        "RGB",
        (ramp.point(lambda v: 120 + v // 3), across.point(lambda v: 90 + v // 4), ramp.point(lambda v: 200 - v // 3)),
    )
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()
ARABIC = Layout(
    width=90,
    height=60,
    qr=Box(4, 36, 20, 20),
    serial=Serial(Box(28, 50, 58, 6)),
    texts=(
        Text("offer", Box(4, 3, 82, 12), lang="ar", size=20, bold=True),
        Text("terms", Box(4, 16, 82, 10), lang="ar", size=9),
        Text("expiry", Box(28, 36, 58, 8), lang="ar", size=10),
        Text("free", Box(28, 28, 58, 7), lang="ar", size=9, align="center", words="اتصل 800-1234 أو زُر Café Ward"),
    ),
)


def layout_with_everything() -> Layout:
    layout = default_layout(1200, 760, kinds=())
    return replace(
        layout,
        texts=(
            Text("offer", Box(4, 3, 40, 8), size=13, bold=True, colour="#ffffff"),
            Text("offer", Box(46, 3, 40, 8), lang="ar", size=13, bold=True, colour="#ffffff"),
            Text("terms", Box(4, 12, 50, 9), size=6, plate=True),
        ),
        barcode=Box(4, 30, 56, 11),
        qr=Box(62, 33, 23, 23),
    )


@lru_cache(maxsize=4)
def face_of(layout: Layout) -> bytes:
    return render_face(Face(layout, WORDS, image=template_image(), content_type="image/jpeg", title="Test"))


def rendered(pdf: bytes, page: int = 0, *, dpi: int = 200) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")


def pages_of(pdf: bytes, *, dpi: int):
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.render(scale=dpi / 72).to_pil().convert("L"), page.get_textpage().get_text_bounded()


def qr_codes(image: Image.Image) -> list[str]:
    """Ordinary QR codes only: among hundreds of codes a few modules now and then pass for a Micro QR code."""
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)]


def peak_mb() -> float:
    """This process's own peak of memory; ``ru_maxrss`` would start with the parent's."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


class Parsed(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)
