"""The one door through which HTML becomes a PDF: WeasyPrint in a process that can reach nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

WORKER = Path(__file__).with_name("worker.py")
TIMEOUT = 90
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
    job = json.dumps({"html": html, "fit": dict(fit or {}), "least": least}).encode()
    with tempfile.TemporaryDirectory(prefix="paper-") as scratch:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= {"TMPDIR": scratch, "HOME": scratch, "XDG_CACHE_HOME": scratch, "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(WORKER)],
                input=job,
                capture_output=True,
                timeout=TIMEOUT,
                env=environment,
                cwd=scratch,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RenderFailed(_("Drawing the page took too long. Use a smaller picture and try again.")) from error
    head, _newline, pdf = done.stdout.partition(b"\n")
    if done.returncode != 0 or not pdf.startswith(b"%PDF-"):
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RenderFailed(_("The page could not be drawn. Try again, or use another picture."), reason=reason[:200])
    answer = json.loads(head)
    return Rendered(pdf, answer["pages"], tuple(answer["overflow"]))
