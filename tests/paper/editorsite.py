"""A small site with the editor on it, for a real browser, under the content security policy of the product."""

from __future__ import annotations

import http.server
import mimetypes
import threading
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from merchants.paper.fonts import font_bytes
from tests.paper.paper import template_image

ROOT = Path(__file__).resolve().parents[2]
POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; object-src 'none'"
PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><head><meta charset="utf-8"><title>Editor</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="ui-assets" content="" data-icons="/static/ui/icons.svg">
<link rel="stylesheet" href="/static/ui/app.css"><link rel="stylesheet" href="/fonts.css"></head><body class="p-6">
<form method="get" action="/sent"><input type="file" id="picture">{body}<button>Save</button></form></body></html>"""
FONTS = """@font-face{font-family:"Inter Variable";src:url(/static/ui/fonts/inter-latin.woff2);font-weight:100 900}
@font-face{font-family:"Noto Sans Arabic Variable";src:url(/static/ui/fonts/noto-arabic.woff2);font-weight:100 900;unicode-range:U+0600-06FF,U+FB50-FDFF,U+FE70-FEFC}"""


class Site:
    """A few pages and the files they load, straight from the sources."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {
            "/fonts.css": ("text/css", FONTS.encode()),
            "/picture.jpg": ("image/jpeg", template_image()),
            "/sent": ("text/html", b"sent"),
            "/favicon.ico": ("image/x-icon", b"none"),
        }
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, content = site.answer(self.path.partition("?")[0])
                self.send_response(200 if content else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # a browser that goes away in the middle
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, path: str) -> tuple[str, bytes]:
        if path in self.pages:
            return self.pages[path]
        if path.startswith("/static/ui/fonts/"):
            return "font/woff2", font_bytes(path.rpartition("/")[2])
        places = {"/static/merchants/": ROOT / "merchants/static/merchants", "/static/ui/pages/": ROOT / "frontend/js/pages",
                  "/static/ui/lib/": ROOT / "frontend/js/lib", "/static/ui/": ROOT / "frontend/dist/ui"}  # fmt: skip
        for prefix, folder in places.items():
            file = folder / path.removeprefix(prefix)
            if path.startswith(prefix) and file.is_file():
                return mimetypes.guess_type(file.name)[0] or "text/plain", file.read_bytes()
        return "text/plain", b""

    def editor(self, layout: Any, *, lang: str = "en", image_url: str = "/picture.jpg", **more: Any) -> str:
        with translation.override(lang):
            body = render_to_string(
                "merchants/paper/editor.html", {"layout_json": layout, "image_url": image_url, **more}
            )
        direction = "rtl" if lang == "ar" else "ltr"
        self.pages["/editor"] = ("text/html; charset=utf-8", PAGE.format(lang=lang, dir=direction, body=body).encode())
        return f"{self.address}/editor"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
