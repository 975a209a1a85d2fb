"""A web process over a test database, and small browsers for it: what races and measures over HTTP need."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from config.embedded import wait_for
from tests import cluster

ROOT = Path(__file__).resolve().parent.parent


class LiveServer:
    """granian with one worker, as `bin/up` starts it. LIMIT_FACTOR lets one address stand for many people."""

    def __init__(self, database_url: str, *, threads: int = 8, limit_factor: int = 1000) -> None:
        self.port = cluster.own_port()
        environment = {
            **os.environ, "DATABASE_URL": database_url, "LIMIT_FACTOR": str(limit_factor), "LOG_LEVEL": "WARNING",
            "PUBLIC_PORT": str(self.port), "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
             "--workers", "1", "--blocking-threads", str(threads), "--no-ws", "--log-level", "error",
             "config.wsgi:application"],
            cwd=ROOT, env=environment,
        )  # fmt: skip
        wait_for(self._answers, seconds=60, what="the live server")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def __enter__(self) -> LiveServer:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


class Visitor:
    """A browser: one connection, its cookies, and the token its forms carry."""

    def __init__(self, port: int, host: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.host = f"{host}:{port}"
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Any:
        sent = {"Host": self.host, "Accept-Language": "en", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode({**form, "csrfmiddlewaretoken": self.cookies.get("csrf", "")})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, sent)
        response = self.connection.getresponse()
        response.content = response.read()  # type: ignore[attr-defined]
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value.strip('"')
        return response

    def get(self, path: str) -> Any:
        return self.request("GET", path)

    def post(self, path: str, form: dict[str, str]) -> Any:
        return self.request("POST", path, form)

    def close(self) -> None:
        self.connection.close()


def claim_form(number: int, **changed: str) -> dict[str, str]:
    """What the form of a claim sends, for the person with this number."""
    return {
        "phone_country": "SA", "phone_number": f"05{number:08d}", "name": "Carl Customer", "birthday": "1990-05-17",
        **changed,
    }  # fmt: skip


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def wait_until(moment: float) -> None:
    delay = moment - time.perf_counter()
    if delay > 0:
        time.sleep(delay)  # requests leave at a fixed rate, whatever the answers take; nothing is waited for
