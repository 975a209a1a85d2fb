"""The tests' own PostgreSQL cluster and Valkey, shared by all workers and reused by later runs.

The template database is named by a hash of everything that shapes the schema, and made once in a subprocess that has
the owner's rights. Copies take about 0.1 s.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("COUPONRY_TEST_HOME", ROOT / ".var" / "test"))
_valkey: subprocess.Popen[bytes] | None = None
SITES = {
    "master": uuid.UUID("00000000-0000-7000-8000-000000000001"),
    "main": uuid.UUID("00000000-0000-7000-8000-00000000a000"),
    "ada": uuid.UUID("00000000-0000-7000-8000-00000000a001"),
    "bob": uuid.UUID("00000000-0000-7000-8000-00000000a002"),
}
HOSTS = {"master": "console.localhost", "main": "main.localhost", "ada": "ada.localhost", "bob": "bob.localhost"}


def postgres() -> Any:
    from config.embedded import Postgres

    return Postgres(HOME / "pg", durable=bool(os.environ.get("COUPONRY_TEST_DURABLE")))


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for pattern in ("*/migrations/*.py", "*/*/migrations/*.py", "tenants/walls/*.py", "tests/template.py",
                    "platform/config/settings/apps.py", "tenants/services/provision.py"):  # fmt: skip
        for path in sorted(ROOT.glob(pattern)):
            if ".venv" not in path.parts:
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _lock() -> Iterator[None]:
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def template_name() -> str:
    return f"template_{_schema_hash()}"


def prepare_environment() -> None:
    """Start what the tests need and name it in the environment, before Django reads its settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    with _lock():
        server = postgres()
        if not server.is_running():
            server.start()
        port = _valkey_port()
        template = template_name()
        with server.superuser("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        os.environ["DATABASE_URL"] = server.url(template)
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/{_valkey_number()}"
        if not found:
            _make_template(server, template)


def _valkey_number() -> int:
    """A database number per worker, so that one worker's flush does not empty another's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return int(worker.removeprefix("gw")) % 16


def own_port() -> int:
    """A free port out of a range of this process's own.

    Our web server shares a port with whoever asks for it (SO_REUSEPORT): two runs that found the same port free at the
    same moment would answer each other's requests. The range lies below the ports that connections are given: whoever
    calls a port up there that nobody listens on may reach itself, and hear its own question as the answer.
    """
    from config.embedded import free_port

    return free_port(20_000 + os.getpid() % 300 * 40)


def _valkey_port() -> int:
    from config.embedded import Valkey, free_port, wait_for

    note = HOME / "valkey.port"
    if note.exists() and _answers(int(note.read_text())):
        return int(note.read_text())
    port = free_port(6400)
    global _valkey  # kept, or Python complains that it still runs: it stays for later runs
    _valkey = subprocess.Popen(
        Valkey(port).command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HOME, start_new_session=True
    )
    wait_for(lambda: _answers(port), seconds=10, what="Valkey")
    note.write_text(str(port))
    return port


def _answers(port: int) -> bool:
    """Whether our Valkey is there, and not another run's that was given the port when ours had died."""
    import redis

    try:
        return bool(redis.Redis(port=port, socket_timeout=1).config_get("dir")["dir"] == str(HOME.resolve()))
    except redis.RedisError:
        return False


def _make_template(server: Any, template: str) -> None:
    """Build under another name and rename: a run that was stopped half-way leaves no half template."""
    building = f"{template}_new"
    with server.superuser("postgres") as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
    server.create_database(building)
    environment = {
        **os.environ,
        "COUPONRY_PROCESS": "owner",
        "OWNER_DATABASE_URL": server.url(building, owner=True),
        "DATABASE_URL": server.url(building),
    }
    made = subprocess.run(
        [sys.executable, "-m", "tests.template"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if made.returncode:
        raise RuntimeError(f"the template database could not be made:\n{made.stdout}\n{made.stderr}")
    with server.superuser("postgres") as connection:
        old = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%%'").fetchall()
        for (name,) in old:
            if name not in {building, "template_postgis"} and not _in_use(connection, name):
                connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'ALTER DATABASE "{building}" RENAME TO "{template}"')


def _in_use(connection: Any, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    return found is not None


class TestDatabase:
    """A worker's copy of the template."""

    __test__ = False

    def __init__(self, worker: str) -> None:
        self.server = postgres()
        self.template = template_name()
        self.name = f"t_{worker}_{os.getpid()}"

    def recreate(self) -> None:
        with _lock(), self.server.superuser("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            connection.execute(
                f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" STRATEGY file_copy OWNER couponry_owner'
            )
            connection.execute(f'REVOKE ALL ON DATABASE "{self.name}" FROM PUBLIC')
            connection.execute(f'GRANT CONNECT ON DATABASE "{self.name}" TO couponry_app')
            # In production who waits for five seconds is told to try again; a slow machine is no reason to fail here.
            for name, value in (("lock_timeout", "60s"), ("statement_timeout", "120s")):
                connection.execute(f'ALTER ROLE couponry_app IN DATABASE "{self.name}" SET {name} = \'{value}\'')

    def drop(self) -> None:
        with self.server.superuser("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def superuser(self) -> Any:
        return self.server.superuser(self.name)

    def url(self, *, owner: bool = False) -> str:
        return str(self.server.url(self.name, owner=owner))


def point_at(name: str) -> None:
    """Make Django's connection use database `name`."""
    from django.db import connection

    close_connections()
    connection.settings_dict["NAME"] = name


def close_connections() -> None:
    """Close this thread's connection and the pool, so that the database can be replaced."""
    from django.db import connection

    connection.close()
    connection.close_pool()


def flush_valkey() -> None:
    import redis

    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()


def site(name: str) -> Any:
    """A site of the template."""
    from tenants.queries import sites

    return sites.get_site(SITES[name])
