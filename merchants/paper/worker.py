"""HTML in, PDF out, each page in a process of its own. Run as a script by ``render``; imports nothing of the product.

The page comes from a merchant's words and pictures, so the process that draws it can reach nothing: no scheme but
``data:``, no sockets, no programs, no files but Python's own, the fonts and its scratch folder, and bounded memory and
time.

Loading WeasyPrint takes longer than drawing a coupon. So one process loads it and then only waits: for every page that
comes over the socket whose number is the one argument, it forks the process that draws. It never sees a page itself,
and ends when its owner does, or after a time without pages.

A page is JSON: ``html``; ``fit``, {element id: type size in points} of the boxes whose words must fit; ``least``, the
smallest size; ``scratch``, a folder; ``seconds`` it may take. The answer is a dot at once; then a line of JSON
(``pages``; ``bytes``; ``overflow``: ids that do not fit even then) and the PDF, or a line with ``failed``; nothing,
where the process was ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import sys
import tempfile
from typing import Any

MEMORY = 1024**3
CPU_SECONDS = 60
BEGUN = b"."
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
    """Fork a process for every page, until the owner is gone."""
    # Loaded and not used: the first text that Pango sets starts a thread, and whoever forks beside a thread may inherit
    # a lock that nobody will ever open.
    import weasyprint  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as owner:
        owner.settimeout(float(sys.argv[2]))
        while (page := _next(owner)) is not None:
            if os.fork() == 0:
                owner.close()
                _answer(page)
                os._exit(0)
            os.close(page)


def _next(owner: socket.socket) -> int | None:
    """The descriptor over which the next page comes; None when there will be none."""
    try:
        _byte, descriptors, _flags, _address = socket.recv_fds(owner, 1, 1)
    except TimeoutError:
        return None
    return descriptors[0] if descriptors else None


def _answer(page: int) -> None:
    """Draw the page that this process is for."""
    os.write(page, BEGUN)
    with os.fdopen(os.dup(page), "rb") as asked:
        job = json.load(asked)
    signal.setitimer(signal.ITIMER_REAL, job["seconds"])
    tempfile.tempdir = job["scratch"]
    os.chdir(job["scratch"])
    limit()
    lock_in()
    try:
        content = draw(job["html"], dict(job["fit"]), float(job["least"]))
    except Exception as error:
        content = json.dumps({"failed": f"{type(error).__name__}: {error}"[:200]}).encode("ascii") + b"\n"
    with os.fdopen(page, "wb") as line:
        line.write(content)


def draw(html: str, sizes: dict[str, float], least: float) -> bytes:
    """The answer to a page; the type of the ids in `sizes` is set smaller until it fits."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    while True:
        rules = "".join(f"#{name}{{font-size:{size:.2f}pt}}" for name, size in sizes.items())
        page = weasyprint.HTML(
            string=html.replace(FIT_MARK, rules, 1),
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
    pdf = bytes(document.write_pdf())
    head = json.dumps({"overflow": overflow, "pages": len(document.pages), "bytes": len(pdf)}).encode("ascii")
    return head + b"\n" + pdf


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
