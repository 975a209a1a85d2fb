"""The process that has WeasyPrint loaded: it knows nothing of ours, is there whenever it is needed, and goes with us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.embedded import wait_for
from merchants.paper import render
from merchants.paper.render import Loader, RenderFailed, render_html

ENDLESS = "<div><span>x</span></div>" * 200_000


@pytest.fixture
def loader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loader]:
    own = Loader()
    monkeypatch.setattr(render, "_loader", own)
    yield own
    own.close()


def is_there(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def drawn(words: str = "x") -> int:
    return render_html(f"<p>{words}").pages


def test_it_sees_no_secret_of_the_service(loader, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary-of-the-service")
    drawn()

    seen = Path(f"/proc/{loader.pid}/environ").read_bytes()

    assert b"canary" not in seen
    names = [line.split(b"=")[0] for line in seen.split(b"\0") if line]
    assert not [name for name in names if b"DATABASE" in name or b"KEY" in name or b"URL" in name]


def test_one_process_serves_many_pages_and_pages_at_once(loader):
    assert drawn() == 1
    first = loader.pid

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(drawn, "abcdefgh")) == [1] * 8

    assert loader.pid == first


def test_it_forks_with_no_thread_beside_it(loader):
    """A thread of Pango's that holds a lock while we fork would leave the page waiting for ever."""
    drawn()

    assert len(list(Path(f"/proc/{loader.pid}/task").iterdir())) == 1


def test_every_page_has_a_folder_of_its_own_which_goes_with_it(loader, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked: list[str] = []
    real = loader.ask
    monkeypatch.setattr(loader, "ask", lambda job: asked.append(json.loads(job)["scratch"]) or real(job))

    drawn()
    drawn()

    assert len(set(asked)) == 2
    assert all(Path(folder).parent == tmp_path for folder in asked)
    assert list(tmp_path.iterdir()) == []


def test_pages_that_were_handed_to_a_dying_process_at_once_are_all_drawn_by_the_next(loader):
    drawn()
    first = loader.pid
    os.kill(first, signal.SIGSTOP)
    with ThreadPoolExecutor(8) as pool:
        pages = [pool.submit(drawn) for _ in range(8)]
        with pytest.raises(TimeoutError):
            pages[0].result(timeout=0.5)
        os.kill(first, signal.SIGKILL)

        assert [page.result(timeout=60) for page in pages] == [1] * 8


def test_half_a_document_is_no_document(loader, monkeypatch):
    real = loader.ask
    monkeypatch.setattr(loader, "ask", lambda job: real(job)[:-200])

    with pytest.raises(RenderFailed):
        drawn()


def test_it_is_started_again_when_it_was_killed(loader):
    drawn()
    first = loader.pid
    os.kill(first, signal.SIGKILL)

    assert drawn() == 1
    assert loader.pid != first


def test_a_page_that_was_handed_to_a_dying_process_is_drawn_by_the_next(loader):
    drawn()
    first = loader.pid
    os.kill(first, signal.SIGSTOP)  # it takes the page and never looks at it
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(drawn)
        with pytest.raises(TimeoutError):
            page.result(timeout=0.3)
        os.kill(first, signal.SIGKILL)

        assert page.result(timeout=30) == 1
    assert loader.pid != first


def test_it_goes_after_a_while_without_pages_and_comes_back(loader, monkeypatch):
    idle = Loader(idle=0.2)
    monkeypatch.setattr(render, "_loader", idle)
    drawn()
    first = idle.pid

    wait_for(lambda: not is_there(first), seconds=10, what="the end of the idle process")

    assert drawn() == 1
    idle.close()


def test_it_goes_with_its_owner_however_that_ends(tmp_path):
    owner = """
import sys
import django; django.setup()
from merchants.paper import render
render.render_html("<p>x")
print(render._loader.pid, flush=True)
sys.stdin.read()
"""
    process = subprocess.Popen([sys.executable, "-c", owner], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    assert is_there(pid)

    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()

    wait_for(lambda: not is_there(pid), seconds=10, what="the end of the process without an owner")


def test_a_forked_process_has_one_of_its_own(loader):
    drawn()
    first, (reads, writes) = loader.pid, os.pipe()
    child = os.fork()
    if child == 0:
        said: dict[str, Any] = {"pages": drawn(), "pid": loader.pid}
        os.write(writes, json.dumps(said).encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = json.loads(os.read(reads, 1000))
    os.close(reads)
    os.close(writes)

    assert said["pages"] == 1
    assert said["pid"] != first
    assert drawn() == 1
    assert loader.pid == first


def test_a_page_that_takes_too_long_is_told_so_and_the_next_is_drawn(loader, monkeypatch):
    drawn()
    first = loader.pid
    monkeypatch.setattr(render, "TIMEOUT", 1)
    with pytest.raises(RenderFailed, match="too long"):
        render_html(ENDLESS)
    monkeypatch.setattr(render, "TIMEOUT", 60)

    assert (drawn(), loader.pid) == (1, first)


def test_what_weasyprint_says_is_the_reason(loader):
    with pytest.raises(RenderFailed) as failed:
        render_html("<p id=a>x", fit={"a": "no size"})  # type: ignore[dict-item]

    assert "ValueError" in failed.value.data["reason"]
