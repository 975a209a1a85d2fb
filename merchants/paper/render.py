"""The one door through which HTML becomes a PDF: WeasyPrint in a process that can reach nothing."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

WORKER = Path(__file__).with_name("worker.py")
TIMEOUT = 90
BEGUN = b"."  # an answer's first byte, sent before the page is drawn
# Only what finding fonts and speaking UTF-8 needs: no secret of the service reaches the renderer.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_PATH")


class RenderFailed(DomainError):
    """The page could not be turned into a PDF."""

    code = "render_failed"
    status = 500


@dataclass(frozen=True)
class Rendered:
    """A PDF, and the ids of the boxes whose words did not fit even at the smallest size."""

    pdf: bytes
    pages: int
    overflow: tuple[str, ...] = ()


def render_html(html: str, *, fit: Mapping[str, float] | None = None, least: float = 4.0) -> Rendered:
    """Render ``html``, loading nothing but ``data:`` URIs; shrink the type of the ids in ``fit`` until it fits.

    Raises ``RenderFailed`` when the renderer gives up, takes too long or asks for too much memory.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paper-") as scratch:
        job = {"html": html, "fit": dict(fit or {}), "least": least, "scratch": scratch, "seconds": TIMEOUT}
        head, newline, pdf = _loader.ask(json.dumps(job).encode()).partition(b"\n")
    answer = json.loads(head) if newline else {}
    if not pdf.startswith(b"%PDF-") or len(pdf) != answer["bytes"]:
        if not answer and time.monotonic() - started >= TIMEOUT:
            raise RenderFailed(_("Drawing the page took too long. Use a smaller picture and try again."))
        reason = answer.get("failed", "the process was ended")
        raise RenderFailed(_("The page could not be drawn. Try again, or use another picture."), reason=reason)
    return Rendered(pdf, answer["pages"], tuple(answer["overflow"]))


class Loader:
    """The process that has WeasyPrint loaded and forks one for every page. One for each of our own processes, started
    with its first page; after `idle` seconds without pages it ends by itself, and the next page starts it again."""

    def __init__(self, idle: float = 600) -> None:
        self._idle = idle
        self._lock = threading.Lock()
        self._owner = 0  # a process that was forked from ours has a loader of its own
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process, while it lives."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def ask(self, job: bytes) -> bytes:
        """What the page's process answers; nothing if it was ended."""
        answer, asked = self._ask(job)
        if not answer:  # nobody began: the loader ended, or was ended, in the very moment in which it was asked
            with self._lock:
                if self._line is asked:  # else another page has started the next one already
                    self.close()
            answer, _asked = self._ask(job)
        return answer[len(BEGUN) :]

    def _ask(self, job: bytes) -> tuple[bytes, socket.socket]:
        """The answer, and the line over which the page was handed to the loader."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                asked = self._hand_over(theirs)
            answer = b""
            # The page's process ends itself in time; this is for one that cannot, or was never begun.
            ours.settimeout(TIMEOUT + 10)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, TimeoutError):
                ours.sendall(job)
                ours.shutdown(socket.SHUT_WR)
                while piece := ours.recv(1 << 16):
                    answer += piece
            return answer, asked

    def _hand_over(self, page: socket.socket) -> socket.socket:
        with self._lock:
            line = self._line
            if line is None or self._owner != os.getpid() or not self.pid:
                line = self._start()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                socket.send_fds(line, [b"."], [page.fileno()])
            return line

    def _start(self) -> socket.socket:
        self.close()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
        line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(WORKER), str(theirs.fileno()), str(self._idle)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment, pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip
        self._line, self._owner = line, os.getpid()
        return line

    def close(self) -> None:
        """End the process. Pages that are being drawn are finished."""
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()  # also one that was stopped, and would not hear a request
            self._process.wait()
        self._line = self._process = None


_loader = Loader()
atexit.register(_loader.close)
