"""Acknowledged means durable: backends and the whole server are killed for a minute while six writers post.

On a cluster of its own, with fsync on. What was acknowledged is there afterwards, once; what was not acknowledged was
sent again under its key, and is there once too.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from config.embedded import Postgres, wait_for
from credits.queries.proof import CHECKS

ROOT = Path(__file__).resolve().parents[2]
SITE = uuid.UUID("00000000-0000-7000-8000-00000000c001")
WRITERS, SECONDS = 6, 60
WRITING = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'couponry_app'"


@pytest.fixture
def server(tmp_path):
    """A durable cluster with the public tables and the role of one site."""
    server = Postgres(tmp_path / "pg")
    server.start()
    server.create_database("crash")
    urls = {"OWNER_DATABASE_URL": server.url("crash", owner=True), "DATABASE_URL": server.url("crash")}
    subprocess.run(
        [sys.executable, "manage.py", "migrate_schemas", "--shared", "--skip-checks", "-v0"],
        cwd=ROOT, env={**os.environ, **urls, "COUPONRY_PROCESS": "owner"}, check=True,
    )  # fmt: skip
    with server.superuser("crash") as superuser:
        role = f"s{SITE.hex}_site"
        superuser.execute(f'CREATE ROLE "{role}" NOLOGIN')
        superuser.execute(f'GRANT couponry_site TO "{role}" WITH INHERIT TRUE, SET FALSE')
        superuser.execute(f'GRANT "{role}" TO couponry_app WITH INHERIT FALSE, SET TRUE')
        assert superuser.execute("SHOW fsync").fetchone() == ("on",)
    yield server
    server.stop()


@pytest.fixture
def merchant_id(server):
    merchant_id = uuid.uuid4()
    with psycopg.connect(app_url(server), autocommit=True) as app:
        app.execute("SELECT set_config('role', %s, false)", [f"s{SITE.hex}_site"])
        app.execute(
            "SELECT public.bank_open_account(%s, 'coupon', 'merchant', %s, now())", [SITE, merchant_id]
        )
    return merchant_id


@pytest.fixture
def writers(server, merchant_id, tmp_path):
    script = Path(__file__).with_name("crash_writer.py")
    notes = [tmp_path / f"writer{number}" for number in range(WRITERS)]
    running = [
        subprocess.Popen([sys.executable, str(script), app_url(server), str(SITE), str(merchant_id), str(note)])
        for note in notes
    ]
    yield notes, running
    stop(running)


def stop(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
        process.wait()


def app_url(server) -> str:
    return server.url("crash").replace("postgres://", "postgresql://", 1)


def acknowledged(notes: list[Path]) -> list[tuple[str, str]]:
    return [tuple(line.split()) for note in notes if note.exists() for line in note.read_text().splitlines()]


def wait_for_more(notes: list[Path]) -> None:
    """Until every writer has been answered again: it is under way when the next blow falls."""
    before = [note.stat().st_size if note.exists() else 0 for note in notes]
    wait_for(
        lambda: all(note.exists() and note.stat().st_size > size + 4000 for note, size in zip(notes, before, strict=True)),
        seconds=15, what="the writers",
    )  # fmt: skip


def kill_a_writers_backend(server) -> None:
    """PostgreSQL ends every session and recovers from its log by itself."""
    with server.superuser("crash") as superuser:
        (pid,) = superuser.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'couponry_app' ORDER BY random() LIMIT 1"
        ).fetchone()
    os.kill(pid, signal.SIGKILL)


def kill_the_server(server) -> None:
    """The postmaster, and every process of it that is left: a machine that lost its power, but for the disk."""
    postmaster = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    family = [postmaster, *children(postmaster)]
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_for(lambda: not any(is_alive(pid) for pid in family), seconds=10, what="the end of the server")
    # In a container whose first process reaps nobody, a dead postmaster still looks alive to this lock.
    (server.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    server.start()


def children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_that_was_acknowledged_is_lost_when_backends_and_server_are_killed(server, merchant_id, writers):
    notes, running = writers
    end = time.monotonic() + SECONDS
    for blow in itertools.cycle([kill_a_writers_backend, kill_the_server, kill_a_writers_backend]):
        wait_for_more(notes)
        if time.monotonic() > end:
            break
        blow(server)
    stop(running)

    answers = acknowledged(notes)
    with server.superuser("crash") as superuser:
        wait_for(lambda: superuser.execute(WRITING).fetchone() == (0,), seconds=10, what="the last session")
        present = {str(key) for (key,) in superuser.execute("SELECT id FROM credits_transfer")}
        balance, entries = superuser.execute(
            "SELECT a.balance, count(e.id) FROM credits_account a JOIN credits_entry e ON e.account_id = a.id"
            " WHERE a.merchant_id = %s GROUP BY a.id", [merchant_id],
        ).fetchone()  # fmt: skip
        everything = (uuid.UUID(int=0), uuid.UUID(int=2**128 - 1))
        differences = [superuser.execute(check.statement, everything).fetchone() for check in CHECKS]
    keys = [key for key, _ in answers]
    assert len(keys) > 100
    assert len(keys) == len(set(keys))
    assert set(keys) <= present
    # When it was stopped, each writer may have had one transfer done and not yet acknowledged.
    assert len(present) - len(keys) <= WRITERS
    assert balance == entries == len(present)
    assert differences == [None] * len(CHECKS)


def test_control_answers_before_the_log_is_written_are_lost(server, merchant_id, tmp_path):
    """The same blow, with sessions that are answered before their commit is in the log."""
    with server.superuser("crash") as superuser:
        superuser.execute("ALTER ROLE couponry_app SET synchronous_commit = off")
    notes = [tmp_path / "hasty"]
    script = Path(__file__).with_name("crash_writer.py")
    running = [
        subprocess.Popen([sys.executable, str(script), app_url(server), str(SITE), str(merchant_id), str(notes[0])])
    ]

    wait_for_more(notes)
    kill_the_server(server)
    stop(running)

    with server.superuser("crash") as superuser:
        present = {str(key) for (key,) in superuser.execute("SELECT id FROM credits_transfer")}
    assert {key for key, _ in acknowledged(notes)} - present
