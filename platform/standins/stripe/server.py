"""The HTTP side: the API for programs, the pages for people, the controls for both."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from standins.stripe import api, control, pages
from standins.stripe.delivery import Courier
from standins.stripe.state import State
from standins.stripe.wire import API_VERSION, ApiError, Json, decode, invalid, new_id

LARGEST = 1024 * 1024


class Server(ThreadingHTTPServer):
    """Listens on loopback only: it gives money to whoever asks."""

    daemon_threads = True

    def __init__(self, port: int, state: State, retries: list[float]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.state = state
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        Courier(state, retries).start()


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "stripe-stand-in"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet: keys and ids of payments are in its lines."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self.close_connection = False
        path = urlsplit(self.path).path
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.close_connection = True
            self._answer(413, "text/plain", "Too large.")
            return
        body = self.rfile.read(length).decode("utf-8", "replace")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if path.startswith("/v1/"):
                self._api(path, body)
            elif path.startswith("/_control/"):
                self._control(path.removeprefix("/_control/"), body)
            else:
                self._page(path, body)

    # the API

    def _api(self, path: str, body: str) -> None:
        request_id = new_id("req", 14)
        state = self.server.state
        try:
            caller = state.caller(self._key())
            fault = None
            with state.lock:
                fault = api.fault_for(state, caller.account, self.command, path)
            if fault and not fault["after"] and self._fails(fault):
                return
            status, text, replayed = self._work(caller, path, body, request_id)
            if fault and fault["after"] and self._fails(fault):
                return
            self._json(status, text, request_id, replayed=replayed)
        except ApiError as error:
            self._json(error.status, json.dumps(error.body(request_id), indent=2), request_id)

    def _work(self, caller: Any, path: str, body: str, request_id: str) -> tuple[int, str, bool]:
        """Do what is asked, or repeat the answer that the same key got before."""
        state, query = self.server.state, urlsplit(self.path).query
        key = self.headers.get("Idempotency-Key", "") if self.command == "POST" else ""
        if len(key) > 255:
            raise invalid("Idempotency keys may have at most 255 characters.")
        fingerprint = f"{self.command} {path} {body}"
        with state.lock:
            if key and (kept := state.replay(caller.owner, key, fingerprint)):
                return *kept, True
            params = decode(body if self.command == "POST" else query)
            request = api.Request(caller, params, self.server.base, key, request_id)
            try:
                status, found = 200, api.answer(state, self.command, path, request)
            except ApiError as error:
                status, found = error.status, error.body(request_id)
            text = json.dumps(found, indent=2)
            if key and status == 200:  # what was refused before any work may be asked again
                state.remember(caller.owner, key, fingerprint, status, text)
            if self.command != "GET":
                state.save()
            return status, text, False

    def _fails(self, fault: Json) -> bool:
        """Do as the fault says; False where it only took time."""
        if fault["hang"]:
            time.sleep(fault["hang"])
        if fault["cut"]:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return True
        if fault["status"]:
            raise api.fault_error(fault["status"])
        return False

    def _key(self) -> str:
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            with contextlib.suppress(ValueError):
                return base64.b64decode(value).decode().partition(":")[0]
        if kind != "Bearer" or not value:
            raise ApiError(401, "invalid_request_error", "You did not provide an API key.")
        return value.strip()

    # controls and pages

    def _control(self, act: str, body: str) -> None:
        state = self.server.state
        try:
            with state.lock:
                if self.command == "GET" and act.startswith("account/"):
                    query = decode(urlsplit(self.path).query)
                    found = control.account_view(state, act.removeprefix("account/"), query.get("mode", "test"))
                elif self.command == "POST" and act in control.ACTS:
                    found = control.ACTS[act](state, self._parsed(body))
                    state.save()
                else:
                    raise invalid(f"No such control: {act}", status=404)
            self._json(200, json.dumps(found), "")
        except ApiError as error:
            self._json(error.status, json.dumps(error.body("")), "")

    def _parsed(self, body: str) -> Json:
        if not body:
            return {}
        try:
            found = json.loads(body)
        except ValueError:
            raise invalid("The body must be JSON.") from None
        if not isinstance(found, dict):
            raise invalid("The body must be a JSON object.")
        return found

    def _page(self, path: str, body: str) -> None:
        state = self.server.state
        form = decode(body) if self.command == "POST" else decode(urlsplit(self.path).query)
        try:
            with state.lock:
                shown = pages.show(state, self.command, path, form)
                if self.command == "POST":
                    state.save()
        except ApiError as error:
            shown = pages.problem(error)
        if shown.location:
            self._answer(303, "text/plain", "", Location=shown.location)
        else:
            self._answer(shown.status, "text/html; charset=utf-8", shown.html)

    def _json(self, status: int, text: str, request_id: str, *, replayed: bool = False) -> None:
        more = {"Request_Id": request_id, "Stripe_Version": API_VERSION} if request_id else {}
        if replayed:
            more["Idempotent_Replayed"] = "true"
        self._answer(status, "application/json", text, **more)

    def _answer(self, status: int, kind: str, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
