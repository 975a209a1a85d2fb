"""A small HTTP/1.1 server on asyncio: fast enough that the clients are the limit, and able to be silent on purpose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LARGEST = 20 * 1024 * 1024
REASONS = {200: "OK", 303: "See Other", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}


@dataclass(slots=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or None."""
        try:
            return json.loads(self.body) if self.body else {}
        except ValueError:
            return None


@dataclass(slots=True)
class Answer:
    """What is sent back. `cut`: the connection is closed without it; `silent`: nothing is sent, ever."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    silent: bool = False

    def wire(self) -> bytes:
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = (
            f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}\r\nContent-Type: {self.kind}\r\n"
            f"Content-Length: {len(self.body)}\r\n{more}\r\n"
        )
        return head.encode() + self.body


Found = Answer | Awaitable[Answer]
Handler = Callable[[Request], Found]


def reply(found: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(found).encode())


class Connection(asyncio.Protocol):
    """One client. Its requests are answered one after another, in their order."""

    def __init__(self, handler: Handler) -> None:
        self.handler, self.buffer, self.busy = handler, bytearray(), False
        self.transport: asyncio.Transport | None = None
        self.task: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.task:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._work()

    def _work(self) -> None:
        while not self.busy and self.transport and not self.transport.is_closing():
            request = self._next()
            if request is None:
                return
            found = self.handler(request)
            if isinstance(found, Answer):
                self._send(found)
                continue
            self.busy = True
            self.task = asyncio.ensure_future(found)
            self.task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Answer]) -> None:
        self.busy, self.task = False, None
        if not task.cancelled():
            self._send(task.result())
            self._work()

    def _send(self, answer: Answer) -> None:
        assert self.transport
        if answer.silent:
            self.busy = True  # this connection is dead to its client
        elif answer.cut:
            self.transport.abort()
        else:
            self.transport.write(answer.wire())

    def _next(self) -> Request | None:
        """The next whole request in the buffer."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length") or 0)
        if length > LARGEST or "chunked" in headers.get("transfer-encoding", ""):
            self._send(Answer(413))
            assert self.transport
            self.transport.close()
            return None
        start = end + 4
        if len(self.buffer) < start + length:
            return None
        body = bytes(self.buffer[start : start + length])
        del self.buffer[: start + length]
        method, _, rest = first.partition(" ")
        parts = urlsplit(rest.rpartition(" ")[0])
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {}
        return Request(method, unquote(parts.path), query, headers, body)


def parts_of(request: Request) -> dict[str, tuple[str, bytes]]:
    """The fields of a multipart body: name to (content type, content)."""
    _, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    found: dict[str, tuple[str, bytes]] = {}
    if not boundary:
        return found
    for part in request.body.split(b"--" + boundary.strip('"').encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        words = head.decode("utf-8", "replace")
        _, _, name = words.partition('name="')
        kind = next(
            (line.partition(":")[2].strip() for line in words.split("\r\n") if line.lower().startswith("content-type")),
            "",
        )
        found[name.partition('"')[0]] = (kind, content.removesuffix(b"\r\n"))
    return found
