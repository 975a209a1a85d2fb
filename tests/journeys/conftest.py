"""The whole platform, started as a newcomer starts it, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.demo.people import PASSWORD
from config.embedded import Postgres
from tests import cluster

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "LOG_LEVEL", "DJANGO_SETTINGS_MODULE",
            "STRIPE_API_BASE")  # fmt: skip


class Platform:
    """A running `bin/up` with its own data. `url(host, path)` addresses it; the browser resolves *.localhost itself."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = cluster.own_port()
        self.lines: list[str] = []
        self.ready = threading.Event()
        environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.up", "--port", str(self.port)], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**environment, "COUPONRY_DEMO_HOME": str(home)},
        )  # fmt: skip
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ready after" in line:
                self.ready.set()

    def wait(self, seconds: float) -> None:
        if not self.ready.wait(seconds):
            raise TimeoutError("the platform did not start:\n" + "".join(self.lines[-60:]))

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}.localhost:{self.port}{path}"

    def superuser(self) -> Any:
        """Around the walls, to let time pass or to look a fact up; never to do what the product should."""
        return Postgres(self.home / "pg").superuser("couponry")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.reader.join(5)
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    home = Path(tmp_path_factory.mktemp("platform"))
    home.chmod(0o755)
    running = Platform(home)
    try:
        running.wait(150)
        yield running
    finally:
        running.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def new_page(chromium: Any) -> Iterator[Any]:
    """A page of a browser that has been nowhere yet; every script error fails the test."""
    contexts: list[Any] = []
    errors: list[str] = []

    def make(*, width: int = 1280, height: int = 900, language: str = "en-GB", **options: Any) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale=language, accept_downloads=True, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}\n{error.stack}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def sign_in(platform: Platform) -> Any:
    def do(page: Any, host: str, email: str, password: str = PASSWORD) -> None:
        page.goto(platform.url(host, "/account/login/"))
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(password)
        page.locator("main button.btn-primary").last.click()
        page.wait_for_url(lambda url: "/account/login" not in url)

    return do
