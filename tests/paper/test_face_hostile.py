"""Hostile words and pages: a face reaches no file and no network, and what asks for too much is given up."""

from __future__ import annotations

import contextlib
import http.server
import io
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from merchants.paper.face import Face, face_html, render_face
from merchants.paper.layout import Box, Layout, Serial, Text
from merchants.paper.render import RenderFailed, render_html
from tests.paper.paper import ARABIC, Parsed

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
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
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
    monkeypatch.setattr("merchants.paper.render.TIMEOUT", 4)
    started = time.monotonic()

    with contextlib.suppress(RenderFailed):  # either end is fine, only hanging is not
        render_html(BOMBS[name])

    assert time.monotonic() - started < 60


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
