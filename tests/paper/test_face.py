"""Faces: one template for screen and paper, Arabic in its right shapes, nothing smuggled in or out."""

from __future__ import annotations

import contextlib
import http.server
import io
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from html.parser import HTMLParser

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter

from merchants.paper.defaults import default_layout
from merchants.paper.face import Face, TextTooLong, data_uri, face_html, isolated, render_face, words_for
from merchants.paper.layout import Box, Layout, LayoutRefused, Serial, Text
from merchants.paper.render import RenderFailed, render_html
from tests.paper.paper import REFERENCES, WORDS, layout_with_everything, rendered, template_image

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
# Zero-width non-joiners between the letters keep every one in its isolated form.
UNSHAPED = {kind: {"ar": "\u200c".join(by["ar"])} for kind, by in WORDS.items()}
REVERSED = {kind: {"ar": "\u202d" + by["ar"] + "\u202c"} for kind, by in WORDS.items()}


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of ink that has no ink near it in the other picture; moved hairlines and smoothing do not count."""
    one, other = (image.convert("L").point(lambda v: 255 if v < 128 else 0) for image in (one, other))
    near_one, near_other = (image.filter(ImageFilter.MaxFilter(5)) for image in (one, other))
    alone = ImageChops.add(ImageChops.subtract(one, near_other), ImageChops.subtract(other, near_one))
    ink = sum(image.histogram()[255] for image in (one, other))
    return alone.histogram()[255] / ink


def arabic_page(words) -> Image.Image:
    return rendered(render_face(Face(ARABIC, words)), dpi=150)


def test_arabic_is_shaped_and_runs_from_right_to_left():
    reference = Image.open(REFERENCES / "face-ar.png")

    page = arabic_page(WORDS)

    assert page.size == reference.size
    assert difference(page, reference) < 0.02


@pytest.mark.parametrize("wrong", [UNSHAPED, REVERSED], ids=["letters apart", "left to right"])
def test_wrong_arabic_is_noticed(wrong):
    reference = Image.open(REFERENCES / "face-ar.png")
    layout_without_free = replace(ARABIC, texts=ARABIC.texts[:3])

    page = rendered(render_face(Face(layout_without_free, wrong)), dpi=150)

    assert difference(page, reference) > 0.15


def test_the_page_is_the_card_and_uses_our_type_only():
    with pikepdf.open(io.BytesIO(render_face(Face(layout_with_everything(), WORDS)))) as pdf:
        assert len(pdf.pages) == 1
        assert [float(edge) * 25.4 / 72 for edge in pdf.pages[0].mediabox] == pytest.approx([0, 0, 90, 57], abs=0.05)
        fonts = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert fonts
    assert all("Paper-" in name for name in fonts), fonts


def test_places_of_serial_and_codes_are_left_white():
    layout = layout_with_everything()
    page = rendered(render_face(Face(layout, WORDS, image=template_image(), content_type="image/jpeg")), dpi=100)

    for box in (layout.qr, layout.serial.box, layout.barcode):
        inner = [
            round(edge * 100 / 25.4) for edge in (box.x + 0.5, box.y + 0.5, box.x + box.w - 0.5, box.y + box.h - 0.5)
        ]
        assert page.crop(inner).getextrema() == ((255, 255), (255, 255), (255, 255))


def test_words_that_do_not_fit_are_set_smaller():
    layout = replace(
        ARABIC, texts=(Text("free", Box(4, 4, 40, 8), size=20, words="Free delivery on all orders above 50"),)
    )

    text = pypdfium2.PdfDocument(render_face(Face(layout)))[0].get_textpage()

    found = text.get_text_bounded()
    assert " ".join(found.split()) == "Free delivery on all orders above 50"
    low = min(text.get_charbox(index)[1] for index in range(text.count_chars()))
    assert low > (60 - 12) * 72 / 25.4


def test_words_that_cannot_fit_are_refused_by_field():
    layout = replace(
        ARABIC, texts=(Text("offer", Box(4, 4, 20, 5)), Text("free", Box(30, 4, 10, 3), words="word " * 60))
    )

    with pytest.raises(TextTooLong) as refused:
        render_face(Face(layout, WORDS))

    assert refused.value.data == {"field": "texts.1"}


def test_a_layout_that_cannot_be_printed_is_refused_before_drawing():
    with pytest.raises(LayoutRefused):
        render_face(Face(replace(ARABIC, qr=Box(0, 0, 5, 5))))


def test_words_of_one_language_fill_a_box_of_another_only_where_they_have_none_of_their_own():
    arabic_offer = Text("offer", Box(4, 4, 40, 8), lang="ar")
    english_offer = replace(arabic_offer, lang="en")
    only_english = {"offer": {"en": "Half price", "ar": " "}}

    alone = Face(replace(ARABIC, texts=(arabic_offer,)), only_english)
    both = Face(replace(ARABIC, texts=(arabic_offer, english_offer)), only_english)

    assert words_for(alone, arabic_offer) == "Half price"
    assert words_for(both, arabic_offer) == ""
    assert words_for(both, english_offer) == "Half price"
    assert words_for(Face(ARABIC), arabic_offer) == ""


# What the browser gets.


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


HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


def test_the_browser_gets_no_inline_style_or_script_and_the_same_places():
    layout = layout_with_everything()
    page = Parsed(face_html(Face(layout, {"offer": {"en": HOSTILE}}, image_url="/media/t.jpg"), for_browser=True))

    assert {tag for tag, _attributes in page.tags} == {"div", "img", "span", "svg", "path"}
    for _tag, attributes in page.tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
    boxes = {attributes["data-field"]: attributes for _tag, attributes in page.tags if "data-field" in attributes}
    assert [float(boxes["qr"][f"data-{side}"]) for side in "xywh"] == [
        layout.qr.x,
        layout.qr.y,
        layout.qr.w,
        layout.qr.h,
    ]
    assert set(boxes) == {"texts.0", "texts.1", "texts.2", "serial", "qr", "barcode"}
    assert HOSTILE in page.words


def test_paper_holds_the_same_boxes_without_the_samples():
    layout = layout_with_everything()
    screen = Parsed(face_html(Face(layout, WORDS), for_browser=True))
    paper = Parsed(face_html(Face(layout, WORDS), for_browser=False))

    def boxes(page):
        return [
            (a["id"], a["class"], a.get("lang"), a.get("dir"))
            for _t, a in page.tags
            if "cp-box" in (a.get("class") or "")
        ]

    assert boxes(screen) == boxes(paper)
    assert "svg" not in {tag for tag, _attributes in paper.tags}
    assert not any("K7PX3" in words for words in paper.words)


# Hostile words and pages.

SECRET = "TOP-SECRET-7f3a91"


@pytest.fixture
def bait(tmp_path):
    """A secret file and a local server that notes whoever asks."""
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()
            self.wfile.write(f"body::before{{content:'{SECRET}'}}".encode())

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    picture = tmp_path / "secret.svg"
    picture.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15">{SECRET}</text></svg>'
    )
    css = tmp_path / "secret.css"
    css.write_text(f"body::before{{content:'{SECRET}'}}")
    yield {
        "file": secret.as_uri(),
        "svg": picture.as_uri(),
        "css": css.as_uri(),
        "http": f"http://127.0.0.1:{server.server_port}/meta",
        "asked": asked,
        "path": str(secret),
    }
    server.shutdown()
    thread.join()
    server.server_close()


EVIL_PAGES = {
    "attachment link": '<link rel="attachment" href="{file}">',
    "attachment anchor": '<a rel="attachment" href="{file}">x</a>',
    "attachment over http": '<link rel="attachment" href="{http}">',
    "image file": '<img src="{svg}">',
    "image http": '<img src="{http}">',
    "image by bare path": '<img src="{path}">',
    "stylesheet file": '<link rel="stylesheet" href="{css}">',
    "stylesheet http": '<link rel="stylesheet" href="{http}">',
    "style import file": "<style>@import url({css});</style>",
    "style import http": "<style>@import '{http}';</style>",
    "background": '<div style="background:url({svg}); height:90px">x</div>',
    "content url": "<style>p::before{{content:url({svg})}}</style><p>x</p>",
    "list image": '<ul style="list-style-image:url({svg})"><li>x</ul>',
    "border image": '<div style="border:20px solid;border-image:url({svg}) 30">x</div>',
    "font file": "<style>@font-face{{font-family:q;src:url({file})}} p{{font-family:q}}</style><p>x</p>",
    "font local": "<style>@font-face{{font-family:q;src:local('../../etc/passwd')}} p{{font-family:q}}</style><p>x</p>",
    "object": '<object data="{svg}">x</object>',
    "embed": '<embed src="{svg}">',
    "iframe": '<iframe src="{file}"></iframe>',
    "picture source": '<picture><source srcset="{svg}"><img src="{svg}"></picture>',
    "svg image": '<svg width="90" height="90"><image href="{svg}" width="90" height="90"/></svg>',
    "svg use": '<svg width="90" height="90"><use href="{svg}#a"/></svg>',
    "svg style import": '<svg width="90" height="90"><style>@import "{css}";</style><text y="9">x</text></svg>',
    "svg fill url": '<svg width="90" height="90"><rect width="9" height="9" fill="url({svg}#g)"/></svg>',
    "svg xml entity": '<img src="data:image/svg+xml,%3C!DOCTYPE x [%3C!ENTITY e SYSTEM %22{file}%22%3E]%3E%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%2290%22 height=%2230%22%3E%3Ctext y=%2220%22%3E%26e;%3C/text%3E%3C/svg%3E">',
    "svg in data that loads a file": '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 width=%2290%22 height=%2230%22%3E%3Cimage href=%22{svg}%22 width=%2290%22 height=%2230%22/%3E%3C/svg%3E">',
    "css in data that loads a file": '<link rel="stylesheet" href="data:text/css,@import url({css});">',
    "base": '<base href="file:///"><img src="{path}"><link rel="stylesheet" href="{path}">',
    "xmp": '<link rel="xmp" href="{file}"><meta name="x" content="{file}">',
    "profile": "<style>@color-profile --q {{src:url({file})}} p{{color:color(--q 1 0 0)}}</style><p>x</p>",
    "cloud metadata": '<img src="http://169.254.169.254/latest/meta-data/"><link rel="attachment" href="http://169.254.169.254/">',
    "ftp": '<link rel="attachment" href="ftp://127.0.0.1/x">',
    "jar and friends": '<img src="jar:{file}!/"><img src="view-source:{file}"><img src="FILE:{path}"><img src="file:{path}">',
    "upper case scheme": '<link rel="attachment" href="FILE://{path}">',
    "script": "<script>document.write('{file}')</script>",
    "meta refresh": '<meta http-equiv="refresh" content="0;url={file}">',
}


@pytest.mark.parametrize("name", EVIL_PAGES)
def test_no_page_reaches_a_file_or_the_network(name, bait):
    started = time.monotonic()
    page = "<!doctype html><p>before</p>" + EVIL_PAGES[name].format(**{k: v for k, v in bait.items() if k != "asked"})

    try:
        found = everything_in(render_html(page).pdf)
    except RenderFailed:
        found = ""  # refusing the whole page is as good

    assert bait["asked"] == []
    assert SECRET not in found
    assert time.monotonic() - started < 30


def everything_in(pdf: bytes) -> str:
    """All texts, all streams unpacked, all attachments of a PDF."""
    found = [pdf.decode("latin-1")]
    with pypdfium2.PdfDocument(pdf) as document:
        found += [page.get_textpage().get_text_bounded() for page in document]
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert "/EmbeddedFiles" not in document.Root.get("/Names", pikepdf.Dictionary())
        for item in document.objects:
            if isinstance(item, pikepdf.Stream):
                try:
                    found.append(item.read_bytes().decode("latin-1"))
                except pikepdf.PdfError:
                    found.append(item.read_raw_bytes().decode("latin-1"))
    return "".join(found)


def test_the_secret_would_be_found_by_an_open_renderer(bait):
    import weasyprint

    for name in ("attachment link", "stylesheet file", "svg image"):
        pdf = weasyprint.HTML(
            string=EVIL_PAGES[name].format(**{k: v for k, v in bait.items() if k != "asked"}), base_url="file:///"
        ).write_pdf()
        with pikepdf.open(io.BytesIO(pdf)) as document:
            streams = b"".join(item.read_bytes() for item in document.objects if isinstance(item, pikepdf.Stream))
        with pypdfium2.PdfDocument(pdf) as document:
            text = document[0].get_textpage().get_text_bounded()
        assert SECRET.encode() in streams or SECRET in text, name


@pytest.mark.parametrize("name", EVIL_PAGES)
def test_evil_words_on_a_coupon_stay_words(name, bait):
    evil = EVIL_PAGES[name].format(**{k: v for k, v in bait.items() if k != "asked"})
    layout = Layout(
        150, 200, Box(120, 170, 25, 25), Serial(Box(4, 190, 60, 6)), (Text("terms", Box(2, 2, 146, 160), size=6),)
    )

    html = face_html(Face(layout, {"terms": {"en": evil}}, title=evil), for_browser=False)

    allowed = {"html", "head", "meta", "title", "style", "body", "div", "span"}
    assert {tag for tag, _attributes in Parsed(html).tags} <= allowed


def test_evil_words_are_printed_as_they_are(bait):
    evil = EVIL_PAGES["attachment link"].format(file=bait["file"])
    layout = replace(ARABIC, texts=(Text("free", Box(4, 4, 82, 30), size=8, words=evil + "<b>bold</b>"),))

    pdf = render_face(Face(layout, title="</title><link rel=attachment href=" + bait["file"] + ">"))

    assert SECRET not in everything_in(pdf)
    text = "".join(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded().split())
    assert '<linkrel="attachment"' in text
    assert "<b>bold</b>" in text


# Limits.

BOMBS = {
    "nested tables": "<table><tr><td>" * 400 + "x",
    "a very long page": "<div style='height:1e9px'>x</div>" * 20,
    "many boxes": "<div><span>x</span></div>" * 200_000,
    "wide svg pattern": '<svg width="9000" height="9000"><pattern id="p" width="0.1" height="0.1"><rect width="1" height="1"/></pattern><rect fill="url(#p)" width="9000" height="9000"/></svg>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_page_that_asks_for_too_much_is_given_up(name, monkeypatch):
    monkeypatch.setattr("merchants.paper.render.TIMEOUT", 8)
    started = time.monotonic()

    with contextlib.suppress(RenderFailed):  # either end is fine, only hanging is not
        render_html(BOMBS[name])

    assert time.monotonic() - started < 12


WORKER_PROBE = """
import runpy, sys
from merchants.paper import worker
worker.limit(); worker.lock_in()
refused = []
import socket, subprocess, os
def attempt(name, act):
    try:
        act()
    except PermissionError:
        refused.append(name)
    except MemoryError:
        refused.append(name)
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("name", lambda: socket.getaddrinfo("example.com", 80))
attempt("program", lambda: subprocess.run(["/bin/true"]))
attempt("system", lambda: os.system("true"))
attempt("file", lambda: open("/etc/passwd"))
attempt("memory", lambda: bytearray(4 << 30))
print(",".join(refused))
"""


def test_the_renderers_process_is_locked_in(bare_environment):
    done = subprocess.run(
        [sys.executable, "-c", WORKER_PROBE], capture_output=True, text=True, env=bare_environment, check=True
    )

    assert done.stdout.strip() == "connect,name,program,system,file,memory"


def test_the_renderer_sees_no_secret_of_the_service(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x")
    seen: dict[str, str] = {}
    real = subprocess.run

    def noting(command, **options):
        seen.update(options["env"])
        return real(command, **options)

    monkeypatch.setattr("merchants.paper.render.subprocess.run", noting)
    render_html("<p>x")

    assert "SECRET_KEY" not in seen
    assert not [name for name in seen if "DATABASE" in name or "KEY" in name]


def test_default_faces_of_every_shape_are_drawn():
    for shape in [(1200, 760), (760, 1200)]:
        image = Image.new("RGB", shape, (240, 200, 160))
        target = io.BytesIO()
        image.save(target, "PNG")
        layout = default_layout(*shape, lang="ar")
        assert render_face(Face(layout, WORDS, image=target.getvalue())).startswith(b"%PDF-")


def test_data_uris_of_nothing_are_nothing():
    assert data_uri(b"", "image/png") == ""
    assert re.fullmatch(r"data:image/png;base64,[\w+/=]+", data_uri(b"x", "image/png"))


def test_phone_numbers_keep_their_direction_in_arabic():
    assert isolated("اتصل 800-1234 الآن") == "اتصل \u2066800-1234\u2069 الآن"
    assert isolated("اتصل +971 50 123 4567") == "اتصل \u2066+971 50 123 4567\u2069"
    assert isolated("خصم 20٪ حتى 31/12/2026") == "خصم 20٪ حتى 31/12/2026"
