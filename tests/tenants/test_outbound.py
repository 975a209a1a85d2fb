"""The one door to strangers' servers: what it refuses."""

from __future__ import annotations

import contextlib
import http.server
import threading

import pytest

from kernel import outbound

EVIL = [
    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "http://", "http:///x",
    "http://user@example.com/", "http://user:pw@example.com/", "http://example.com:22/", "https://example.com:8443/",
    "http://exa mple.com/", "http://example.com\\@127.0.0.1/", "http://example.com/\r\nHost: evil", "//example.com/",
    "http://[::1", "example.com", "", "http://example.com:99999/",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:db8::1", "nonsense",
]  # fmt: skip


@pytest.mark.parametrize("url", EVIL)
def test_an_evil_address_is_never_resolved(url):
    def resolver(host, port):
        raise AssertionError("it was resolved")

    with pytest.raises(outbound.OutboundError):
        outbound.fetch(url, resolver=resolver)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_never_connected_to(address):
    assert not outbound.is_public(address)
    with pytest.raises(outbound.OutboundError) as refused:
        outbound.fetch("http://innocent.example/", resolver=lambda host, port: [address])
    assert refused.value.reason == "private_address"


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(outbound.OutboundError):
        outbound.fetch("http://innocent.example/", resolver=lambda host, port: ["1.1.1.1", "127.0.0.1"])


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111"])
def test_a_public_address_is_fine(address):
    assert outbound.is_public(address)


@pytest.fixture
def server(monkeypatch):
    """A web server on loopback, reached as port 80; answers as `plan` says."""
    plan = {"status": 200, "body": b"hello", "headers": {}}
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.headers["Host"], self.path))
            self.send_response(plan["status"])
            for name, value in plan["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(plan["body"])))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(plan["body"])

        def log_message(self, *args):
            pass

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    monkeypatch.setitem(outbound.PORTS, "http", found.server_port)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield plan, seen
    found.shutdown()
    found.server_close()


def ask(url="http://shop.example/x"):
    return outbound.fetch(url, resolver=lambda host, port: ["127.0.0.1"], allow=lambda address: True)


def test_the_resolved_address_is_asked_under_the_typed_name(server):
    _, seen = server

    answer = ask()

    assert (answer.status, answer.body) == (200, b"hello")
    assert seen[0][0].split(":")[0] == "shop.example"
    assert seen[0][1] == "/x"


def test_a_redirect_is_not_followed(server):
    plan, seen = server
    plan.update(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})

    with pytest.raises(outbound.OutboundError, match="redirect"):
        ask()
    assert len(seen) == 1


def test_a_large_answer_is_cut(server):
    plan, _ = server
    plan.update(body=b"x" * (outbound.LARGEST + 1))

    with pytest.raises(outbound.OutboundError, match="too_large"):
        ask()


def test_a_name_that_changes_between_check_and_use_changes_nothing(server):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    outbound.fetch("http://shop.example/", resolver=lambda host, port: next(answers), allow=lambda address: True)

    assert next(answers) == ["10.0.0.1"], "the host was resolved twice"
