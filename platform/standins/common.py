"""What the stand-ins share: calling the product over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from urllib.parse import urlsplit

TIMEOUT = 10.0


def call(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body; (0, b"") where nobody answered. Names under `.localhost` are this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    here = host == "localhost" or host.endswith(".localhost")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return 0, b""
    target = "127.0.0.1" if here else host
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(target, port, timeout=TIMEOUT, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(target, port, timeout=TIMEOUT)
    )
    address = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with contextlib.closing(connection):
        try:
            connection.request(method, address, body, {"Host": parts.netloc, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read(65536)
        except (OSError, ValueError, http.client.HTTPException):
            return 0, b""
