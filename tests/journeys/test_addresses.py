"""What `bin/up` prints is true: every address answers, and health is told without a site."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

pytestmark = [pytest.mark.journey]


def answer(port, path, host):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_every_printed_address_answers(platform):
    printed = [line.split()[-1] for line in platform.lines if ".localhost:" in line]

    assert len(printed) == 4
    for address in printed:
        host = address.split("/")[2].split(":")[0]
        assert answer(platform.port, "/account/login/", host)[0] == 200, address


def test_health_is_told_before_the_host_is_looked_up(platform):
    assert answer(platform.port, "/healthz", "nobody.example") == (200, "ok")
    assert answer(platform.port, "/readyz", "nobody.example")[0] == 200
    assert answer(platform.port, "/", "nobody.example")[0] == 404


def test_the_plain_arrangement_serves_pages_too(platform):
    """`daphne config.asgi:application` alone serves HTTP: the live process does, on the next port."""
    live = next(port for port in range(platform.port + 1, platform.port + 50) if _listens(port))

    assert answer(live, "/account/login/", "main.localhost")[0] == 200


def _listens(port):
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
