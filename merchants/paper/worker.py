"""HTML in, PDF out, in a process of its own. Run as a script by ``render``; imports nothing of the product.

The page comes from a merchant's words and pictures, so this process can reach nothing: no scheme but ``data:``, no
sockets, no programs, no files but Python's own, the fonts and its scratch folder, and bounded memory and time.

It reads JSON from standard input: ``html``; ``fit``, {element id: type size in points} of the boxes whose words must
fit; ``least``, the smallest size. It answers a line of JSON (``overflow``: ids that do not fit even then) and the PDF.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import tempfile
from typing import Any

MEMORY = 1024**3
CPU_SECONDS = 60
FIT_MARK = "/*fit*/"
SHRINK = 0.93
_REFUSED_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ftplib.", "smtplib.")


def limit() -> None:
    """Bound what this process may use; where the system cannot, the caller's time-out remains."""
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def lock_in() -> None:
    """From here on: no network, no programs, no files outside the few folders rendering needs."""
    folders = [
        sys.prefix,
        sys.base_prefix,
        tempfile.gettempdir(),
        "/usr/share",
        "/usr/lib",
    ]
    allowed = tuple(os.path.realpath(folder) + os.sep for folder in folders)

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED_EVENTS):
            raise PermissionError(event)
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if not path.startswith(allowed):
                raise PermissionError(path)

    sys.addaudithook(guard)


def main() -> None:
    """Render what standard input holds."""
    limit()
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    job = json.load(sys.stdin.buffer)
    lock_in()
    sizes: dict[str, float] = dict(job.get("fit", {}))
    least = float(job.get("least", 4))
    fonts = FontConfiguration()
    while True:
        rules = "".join(f"#{name}{{font-size:{size:.2f}pt}}" for name, size in sizes.items())
        page = weasyprint.HTML(
            string=job["html"].replace(FIT_MARK, rules, 1),
            base_url=None,
            url_fetcher=URLFetcher(allowed_protocols={"data"}, allow_redirects=False),
        )
        document = page.render(font_config=fonts)
        overflow = overflowing(document, sizes)
        shrinking = [name for name in overflow if sizes[name] > least]
        if not shrinking:
            break
        for name in shrinking:
            sizes[name] = max(least, sizes[name] * SHRINK)
    answer = json.dumps({"overflow": overflow, "pages": len(document.pages)}).encode("ascii")
    sys.stdout.buffer.write(answer + b"\n" + document.write_pdf())


def overflowing(document: Any, names: dict[str, float]) -> list[str]:
    """The ids of those boxes whose words are higher or wider than their frame."""
    found = []
    for page in document.pages:
        for box in page._page_box.descendants():
            name = box.element.get("id") if box.element is not None else None
            # Line and text boxes carry their parent's element; the frame is the one that is placed.
            if name in names and box.is_absolutely_positioned() and reaches_over(box):
                found.append(name)
    return found


def reaches_over(frame: Any) -> bool:
    """Whether anything inside ends lower or further out than the frame's inner edge, by more than rounding."""
    bottom = frame.content_box_y() + frame.height + 0.5
    start, end = frame.content_box_x() - 0.5, frame.content_box_x() + frame.width + 0.5
    for box in frame.descendants():
        # Lines measure downwards, as in browsers: boxes of letters may be higher than their line.
        if type(box).__name__ == "LineBox" and box.position_y + box.height > bottom:
            return True
        if (getattr(box, "text", None) or "").strip() and (box.position_x < start or box.position_x + box.width > end):
            return True
    return False


if __name__ == "__main__":
    main()
