"""HTML in, PDF out, many times in one process that can reach nothing. Run as a script by ``press``.

The words come from merchants, so the same lock holds as for coupon faces (``merchants/paper/worker.py``, whose path is
the one argument): no scheme but ``data:``, no network, no programs, no files but Python's own, fonts and scratch.

Frames on both pipes: eight bytes of length, then the bytes. The first frame is the stylesheet, each further one a
document; the answer to a document is a PDF, or the reason why there is none.
"""

from __future__ import annotations

import contextlib
import gc
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

MEMORY = 1536 * 1024**2
COLLECT_EVERY = 10


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None at the end, also where it ends within a frame."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    length = int.from_bytes(head, "big")
    content = stream.read(length)
    return content if len(content) == length else None


def write_frame(stream: BinaryIO, content: bytes) -> None:
    stream.write(len(content).to_bytes(8, "big") + content)
    stream.flush()


def main() -> None:
    """Print what comes until the pipe closes."""
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))
    sys.path.insert(0, str(Path(sys.argv[1]).parent))
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher
    from worker import lock_in  # type: ignore[import-not-found]

    lock_in()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    fonts = FontConfiguration()
    rules = (read_frame(source) or b"").decode()
    styles = weasyprint.CSS(string=rules, font_config=fonts, url_fetcher=_fetcher(URLFetcher))
    pictures: dict[str, Any] = {}
    # The collector walks over all of WeasyPrint again and again: told when, it costs a seventh less time.
    gc.freeze()
    gc.disable()
    printed = 0
    while (frame := read_frame(source)) is not None:
        try:
            page = weasyprint.HTML(string=frame.decode(), base_url=None, url_fetcher=_fetcher(URLFetcher))
            answer = page.write_pdf(stylesheets=[styles], font_config=fonts, cache=pictures)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"[:200].encode()
        write_frame(target, answer)
        printed += 1
        if printed % COLLECT_EVERY == 0:
            gc.collect()


def _fetcher(kind: Any) -> Any:
    return kind(allowed_protocols={"data"}, allow_redirects=False)


if __name__ == "__main__":
    main()
