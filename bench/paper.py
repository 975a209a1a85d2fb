"""Printing 10,000 coupons on a picture: one face, stamped, against WeasyPrint laying out every coupon."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

COUNT = 10_000
SAMPLES = (15, 45)
FACES = 8
HOST = "coupons.rosewater.example"
WORDS = {
    "offer": {"en": "20% off everything", "ar": "خصم 20٪ على كل شيء"},
    "title": {"en": "Rosewater Café", "ar": "مقهى ماء الورد"},
    "expiry": {"en": "Valid until 31 December 2026", "ar": "صالحة حتى 31 ديسمبر 2026"},
}


def run() -> list[dict[str, Any]]:
    """The ratio, and the stamping process's peak memory; both kinds of sheet."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.paper", "--ours"], capture_output=True, check=True, text=True, timeout=600
    )
    ours = json.loads(done.stdout.splitlines()[-1])
    baseline = _every_coupon_laid_out() * COUNT
    rows = []
    for sheet in ("a4", "single"):
        ratio = baseline / ours[sheet]
        rows.append(
            {"name": f"PDF of {COUNT:,} coupons, {sheet}, face included", "ours": ours[sheet], "baseline": baseline,
             "ratio": ratio, "unit": "s", "aim": "≥ 30 × WeasyPrint", "ok": ratio >= 30}
        )  # fmt: skip
    rows.append(
        {"name": f"peak memory of stamping {COUNT:,} coupons", "ours": ours["mb"], "baseline": None, "ratio": None,
         "unit": "MB", "aim": "< 300", "ok": ours["mb"] < 300}
    )  # fmt: skip
    return [*rows, _faces()]


def _faces() -> dict[str, Any]:
    """Drawing a face with WeasyPrint kept loaded, against loading it for every face: what an editor's preview takes."""
    _layout, face = _prepared()
    from unittest import mock

    from merchants.paper import render
    from merchants.paper.face import render_face

    def seconds(*, kept: bool) -> float:
        loader = render.Loader()
        with mock.patch.object(render, "_loader", loader):
            if kept:
                render_face(face)
            started = time.perf_counter()
            for _ in range(FACES):
                render_face(face)
                if not kept:
                    loader.close()
            loader.close()
        return (time.perf_counter() - started) / FACES

    ours, baseline = seconds(kept=True), seconds(kept=False)
    return {
        "name": "drawing one face; baseline: loading WeasyPrint for it", "ours": ours, "baseline": baseline,
        "ratio": baseline / ours, "unit": "s", "aim": "≥ 1.5 times faster", "ok": baseline / ours >= 1.5,
    }  # fmt: skip


def _prepared() -> tuple[Any, Any]:
    """A layout and a face on a picture of the usual kind."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from PIL import Image

    from merchants.paper.defaults import default_layout
    from merchants.paper.face import Face

    target = io.BytesIO()
    Image.effect_mandelbrot((1200, 760), (-2, -1.2, 1, 1.2), 60).convert("RGB").save(target, "JPEG", quality=88)
    layout = default_layout(1200, 760)
    return layout, Face(layout, WORDS, image=target.getvalue(), content_type="image/jpeg")


def measure_ours() -> dict[str, float]:
    """Seconds to draw the face and stamp all coupons, and this process's peak memory."""
    layout, face = _prepared()
    from merchants import serials
    from merchants.paper.face import render_face
    from merchants.paper.stamp import stamp

    found: dict[str, float] = {}
    coupons = [(serial, serials.short_url(HOST, serial)) for serial in serials.new_serials(COUNT)]
    for sheet in ("a4", "single"):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            stamp(render_face(face), coupons, layout, out_dir=Path(folder), sheet=sheet)
            found[sheet] = time.perf_counter() - started
    status = Path("/proc/self/status").read_text()
    found["mb"] = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    return found


def _every_coupon_laid_out() -> float:
    """Seconds WeasyPrint takes for one more coupon of a document; starting it and loading fonts is not counted."""
    layout, face = _prepared()
    import weasyprint

    from merchants import serials
    from merchants.paper import codes
    from merchants.paper.face import face_html
    from merchants.paper.layout import Box

    page = str(face_html(face, for_browser=False))
    head, body = page.split("<body>")
    body = body.split("</body>")[0]

    def placed(box: Box, inner: str) -> str:
        place = f"left:{box.x}mm;top:{box.y}mm;width:{box.w}mm;height:{box.h}mm"
        return f'<div style="position:absolute;{place};text-align:center;font:600 11pt Paper Latin">{inner}</div>'

    def coupon(serial: str) -> str:
        side, path = codes.qr_path(serials.short_url(HOST, serial))
        qr = f'<svg viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
        own = placed(layout.serial.box, serials.display(serial)) + placed(layout.qr, qr)
        return f'<div style="position:relative;break-after:page">{body}{own}</div>'

    def seconds(count: int) -> float:
        html = f"{head}<body>{''.join(map(coupon, serials.new_serials(count)))}</body>"
        started = time.perf_counter()
        weasyprint.HTML(string=html).write_pdf()
        return time.perf_counter() - started

    seconds(1)
    few, many = map(seconds, SAMPLES)
    return (many - few) / (SAMPLES[1] - SAMPLES[0])


if __name__ == "__main__":
    print(json.dumps(measure_ours() if "--ours" in sys.argv else run(), indent=None if "--ours" in sys.argv else 1))
