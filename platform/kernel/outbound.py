"""The one door to addresses that people typed: for proving a domain, and whatever else asks a stranger's server.

The host is resolved once and that very address is connected to, so a name cannot change between check and use. Private,
loopback and link-local addresses are refused, in every spelling. Redirects are not followed, five seconds and one
megabyte are the end of it.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.resolver

SECONDS = 5.0
LARGEST = 1024 * 1024
PORTS = {"http": 80, "https": 443}
Resolver = Callable[[str, int], Iterable[str]]


class OutboundError(Exception):
    """The request was refused by us or failed outside. `retryable` says whether trying again makes sense."""

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.retryable = reason, retryable


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, as the system knows them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OutboundError("no_such_host", retryable=True) from error
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Whether an address may be connected to: on the public internet, not embedded in a private one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def fetch(url: str, *, resolver: Resolver = resolve, allow: Callable[[str], bool] = is_public) -> Answer:
    """GET `url`. Raises OutboundError. `resolver` and `allow` are for tests, which have no internet."""
    scheme, host, port, target = _parts(url)
    addresses = list(resolver(host, port))
    if not addresses:
        raise OutboundError("no_such_host", retryable=True)
    if not all(allow(address) for address in addresses):
        raise OutboundError("private_address")
    end = time.monotonic() + SECONDS
    connection = _connection(scheme, host, port, addresses[0])
    try:
        connection.request("GET", target, headers={"User-Agent": "site-check/1", "Accept": "text/plain, */*;q=0.1"})
        response = connection.getresponse()
        if 300 <= response.status < 400:
            raise OutboundError("redirect")
        return Answer(response.status, _body(response, end))
    except (OSError, http.client.HTTPException) as error:
        raise OutboundError("unreachable", retryable=True) from error
    finally:
        connection.close()


def txt_records(name: str) -> list[str]:
    """The TXT records of `name`; none where there is no such name. Raises OutboundError when nobody answers."""
    try:
        answer = dns.resolver.Resolver().resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise OutboundError("no_dns", retryable=True) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and target of an address that is plain enough to be safe."""
    if any(ord(char) <= 32 or char == "\\" for char in url):
        raise OutboundError("malformed")
    try:
        split = urlsplit(url)
        host, port = split.hostname or "", split.port
    except ValueError as error:
        raise OutboundError("malformed") from error
    if split.scheme not in PORTS:
        raise OutboundError("scheme")
    if not host or split.username is not None or split.password is not None:
        raise OutboundError("malformed")
    if port not in (None, PORTS[split.scheme]):
        raise OutboundError("port")
    return split.scheme, host, PORTS[split.scheme], (split.path or "/") + (f"?{split.query}" if split.query else "")


def _connection(scheme: str, host: str, port: int, address: str) -> http.client.HTTPConnection:
    """A connection that says `host` and goes to `address`."""
    if scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    else:
        connection = http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    # http.client connects by this function, and for TLS checks the certificate against `host` afterwards.
    connection._create_connection = lambda _, timeout, source: socket.create_connection(  # type: ignore[attr-defined]
        (address, port), timeout, source
    )
    return connection


def _body(response: http.client.HTTPResponse, end: float) -> bytes:
    parts, size = [], 0
    while chunk := response.read1(65536):
        size += len(chunk)
        if size > LARGEST:
            raise OutboundError("too_large")
        if time.monotonic() > end:
            raise OutboundError("too_slow", retryable=True)
        parts.append(chunk)
    return b"".join(parts)
