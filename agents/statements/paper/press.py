"""The press: a few printers that stay alive for many documents, so that fonts and rules are read once."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext_lazy as _

from agents.statements.paper import document
from agents.statements.paper.printer import read_frame, write_frame
from merchants.paper import render
from merchants.paper.render import RenderFailed

PRINTER = Path(__file__).with_name("printer.py")
SECONDS = 120  # for one document; whoever takes longer is stopped
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "FONTCONFIG_PATH")


class _Printer:
    """One process. What it cannot print costs only that document: a process that died is started again."""

    def __init__(self, scratch: str) -> None:
        self._scratch = scratch
        self._process: subprocess.Popen[bytes] | None = None

    def print(self, html: str) -> bytes:
        process = self._process if self._process and self._process.poll() is None else self._started()
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            write_frame(cast("BinaryIO", process.stdin), html.encode())
            answer = read_frame(cast("BinaryIO", process.stdout))
        except BrokenPipeError:
            answer = None
        finally:
            watch.cancel()
        if answer is None or not answer.startswith(b"%PDF-"):
            if answer is None:
                self.close()
            reason = (answer or b"the printer ended").decode(errors="replace")
            raise RenderFailed(_("The statement could not be printed."), reason=reason)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        self.close()  # one that died leaves its pipes
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= {
            "TMPDIR": self._scratch, "HOME": self._scratch, "XDG_CACHE_HOME": self._scratch, "LC_ALL": "C.UTF-8"
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(PRINTER), str(render.WORKER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            cwd=self._scratch,
        )  # fmt: skip
        assert self._process.stdin is not None
        write_frame(cast("BinaryIO", self._process.stdin), document.stylesheet().encode())
        return self._process

    def close(self) -> None:
        if self._process is None:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        self._process.kill()
        self._process.wait()
        self._process = None


class Press:
    """Prints many documents on `printers` processes. A context manager: at its end the processes are gone."""

    def __init__(self, printers: int) -> None:
        self._count = max(1, printers)
        self._free: queue.Queue[_Printer] = queue.Queue()

    def __enter__(self) -> Press:
        self._scratch = tempfile.TemporaryDirectory(prefix="press-")
        self._printers = [_Printer(self._scratch.name) for _number in range(self._count)]
        for printer in self._printers:
            self._free.put(printer)
        return self

    def __exit__(self, *_error: Any) -> None:
        for printer in self._printers:
            printer.close()
        self._scratch.cleanup()

    def print_all(self, pages: Iterable[str]) -> Iterator[bytes | RenderFailed]:
        """A PDF for each document, in order, or why there is none. Threads only wait here: they touch no database."""
        with ThreadPoolExecutor(self._count) as pool:
            yield from pool.map(self._print, pages)

    def _print(self, html: str) -> bytes | RenderFailed:
        printer = self._free.get()
        try:
            return printer.print(html)
        except RenderFailed as error:
            return error
        finally:
            self._free.put(printer)
